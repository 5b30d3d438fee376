import type { EpochMs } from "../core/clock.ts";
import { shardOf } from "../core/shard.ts";
import { LIMITS } from "../core/limits.ts";
import { type Item, number, present, text, textMap } from "./attributes.ts";
import { firstCheckAt } from "./change-run.ts";
import { type Message, messageAttribute } from "./mailbox.ts";
import { type ForkOrigin, type Meta, metaFrom, referenceText, type RunReference } from "./meta.ts";
import { DUE_SHARDS, LIST_SHARDS, metaKey } from "./schema.ts";
import type { Table } from "./table.ts";
import { type StoredValue, valueAttribute } from "./values.ts";

/** Everything a new run's META is born with. */
export interface NewRun {
  readonly id: string;
  readonly incarnation: string;
  readonly workflow: string;
  readonly input: StoredValue;
  readonly inputHash: string;
  readonly now: EpochMs;
  readonly tx: string;
  /** The run that started it, when it is a child, and that run's generation then. */
  readonly parent?: RunReference & { readonly generation: number };
  /** The run to notify when it has finished. */
  readonly waiter?: RunReference;
  /** When it is cancelled if it has not finished, by its own time or its parent's. */
  readonly deadline?: EpochMs | undefined;
  /** The time it is given for itself, milliseconds. */
  readonly timeLimitMs?: number | undefined;
  /** Short texts by name, for finding it in lists. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** What it was forked from; it then begins with a copy of that run's history. */
  readonly fork?: Fork;
}

/** What a fork has from the run it comes from. */
export interface Fork {
  readonly from: ForkOrigin;
  readonly seed: string;
  readonly round: number;
  readonly roundAt: EpochMs;
  /** Progress that the copied history holds. */
  readonly progress: number;
  /** What has completed the tokens that it holds. */
  readonly box: readonly Message[];
}

/** Generation of a fork's history: one that begins with records, unlike that of a new run. */
export const FORK_GENERATION = 1;

/** A start's outcome: the new run, or the one that was there. */
export interface Started {
  readonly created: boolean;
  readonly meta: Meta;
}

/**
 * When a run born at `now` expires unless it is given more time, seconds since the epoch. A run that ends a little
 * after its deadline can still be resumed for as long as any other.
 */
export const birthTtl = (now: EpochMs, deadline: EpochMs = now + LIMITS.lifeMs): number =>
  Math.ceil((deadline + LIMITS.cleanupMs + LIMITS.retentionMs) / 1000);

/**
 * When a run that ends at `now` expires, seconds since the epoch. While somebody waits for it, it is kept as long as
 * its history: they may be paused or blocked for long, and would start it anew if it were gone.
 */
export const endTtl = (now: EpochMs, waitedFor?: Pick<Meta, "historyTtl">): number =>
  Math.max(waitedFor?.historyTtl ?? 0, Math.ceil((now + LIMITS.retentionMs) / 1000));

/**
 * Rows 1 and 14: puts the run if there is none of that id. An item past its `ttl` counts as none:
 * DynamoDB deletes it only days later. So does a child that was given up before it was started, by a generation
 * of its parent before the one that asks: whoever gave it up may come late, when the parent was resumed.
 */
export const startRun = (table: Table, run: NewRun): Promise<Started> =>
  putIfAbsent(table, run, newMetaItem(run));

/** Row 14, the cancel of a child that does not exist: one that is cancelled is put in its place. */
export function putCancelled(
  table: Table,
  run: NewRun & { readonly error: StoredValue },
): Promise<Started> {
  const { dueAt: _, checkAt: __, ...item } = newMetaItem(run);
  return putIfAbsent(
    table,
    run,
    present({
      ...item,
      status: text("cancelled"),
      error: valueAttribute(run.error),
      finishedAt: number(run.now),
      givenUpBy: run.parent && number(run.parent.generation),
      ttl: number(endTtl(run.now)),
    }),
  );
}

async function putIfAbsent(table: Table, run: NewRun, item: Item): Promise<Started> {
  const { parent } = run;
  const isNone = "attribute_not_exists(#pk) OR #ttl < :now";
  const isGivenUp = "#parent = :parent AND #givenUpBy < :generation";
  const put = await table.put(item, parent ? `${isNone} OR (${isGivenUp})` : isNone, {
    ":now": number(Math.floor(run.now / 1000)),
    ...(parent && {
      ":parent": text(referenceText(parent)),
      ":generation": number(parent.generation),
    }),
  });
  if (put.ok) return { created: true, meta: metaFrom(item) };
  const meta = metaFrom(put.item ?? {});
  return { created: meta.incarnation === run.incarnation, meta };
}

function newMetaItem(run: NewRun): Item {
  const { id, incarnation, now, deadline, timeLimitMs, attributes = {}, fork } = run;
  const day = new Date(now).toISOString().slice(0, 10);
  const { pk, sk } = metaKey(id);
  return present({
    pk: text(pk),
    sk: text(sk),
    inc: text(incarnation),
    gen: number(fork ? FORK_GENERATION : 0),
    round: number(fork?.round ?? 1),
    workflow: text(run.workflow),
    status: text("queued"),
    epoch: number(0),
    wakeSeq: number(0),
    inputHash: text(run.inputHash),
    input: valueAttribute(run.input),
    startedAt: number(now),
    dueAt: number(now),
    checkAt: number(firstCheckAt(now, deadline)),
    dueShard: text(String(shardOf(id, DUE_SHARDS))),
    listShard: text(listShard(day, shardOf(id, LIST_SHARDS))),
    startedKey: text(startedKey(now, id)),
    parent: run.parent && text(referenceText(run.parent)),
    waiters: run.waiter && { SS: [referenceText(run.waiter)] },
    deadline: deadline === undefined ? undefined : number(deadline),
    timeLimitMs: timeLimitMs === undefined ? undefined : number(timeLimitMs),
    attributes: Object.keys(attributes).length === 0 ? undefined : textMap(attributes),
    ...(fork && {
      seed: text(fork.seed),
      roundAt: number(fork.roundAt),
      mark: number(fork.progress),
      forkedFrom: { M: originItem(fork.from) },
      box: fork.box.length === 0 ? undefined : { L: fork.box.map(messageAttribute) },
    }),
    ttl: number(birthTtl(now, deadline)),
    histTtl: number(birthTtl(now, deadline)),
    tx: text(run.tx),
  });
}

const originItem = ({ id, incarnation, key }: ForkOrigin): Item =>
  present({
    id: text(id),
    inc: text(incarnation),
    key: key === undefined ? undefined : text(key),
  });

/** Partition of the list index: one day of starts (UTC), spread over shards. */
export const listShard = (day: string, shard: number): string => `${day}#${shard}`;

/** Sort key of the list index: time first, fixed width, so that text order is time order. */
export const startedKey = (startedAt: EpochMs, id: string): string =>
  `${String(startedAt).padStart(14, "0")}#${id}`;
