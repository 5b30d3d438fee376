import type { EpochMs } from "../core/clock.ts";
import { ValueUnreadableError } from "../core/errors.ts";
import {
  type Item,
  number,
  optionalNumber,
  optionalText,
  requiredNumber,
  text,
} from "./attributes.ts";
import { listShard, startedKey } from "./start-run.ts";
import { type Meta, metaFrom, isExpired, runIdFrom } from "./meta.ts";
import { newestFirst } from "./newest-first.ts";
import { ATTENTION_SHARDS, LIST_SHARDS } from "./schema.ts";
import type { Table } from "./table.ts";

/** Where in a list, newest first, a page begins and ends. */
export interface ListWindow {
  /** Entries of this time or later. */
  readonly since: EpochMs;
  /** Entries before this time, or of this time with an id below `beforeId`. */
  readonly until: EpochMs;
  readonly beforeId?: string | undefined;
}

/** A run of a list: its META, or why that cannot be read, with what can. */
export type ListedRun = {
  readonly id: string;
  /** The time by which the list is in order. */
  readonly at: EpochMs;
} & (
  | { readonly meta: Meta }
  | {
      readonly meta: undefined;
      readonly workflow: string | undefined;
      readonly status: string | undefined;
      readonly error: ValueUnreadableError;
    }
);

const DAY_MS = 86_400_000;
const day = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);

/**
 * Runs started in a window, newest first, day by day: each day's shards are read side by side and merged.
 * Runs that META no longer has, or whose time to live is over, are left out. One that cannot be read hides none of
 * the others.
 */
export async function* listRuns(
  table: Table,
  window: ListWindow,
  pageSize: number,
  now: EpochMs,
): AsyncIterable<ListedRun> {
  const upTo = startedKey(window.until, window.beforeId ?? "");
  const from = startedKey(window.since, "");
  const firstDay = day(window.since);
  for (let at = window.until; day(at) >= firstDay; at -= DAY_MS) {
    const index = {
      shards: LIST_SHARDS,
      sortKey: startedKeyIn,
      read: (shard: number, startAfter?: Item) =>
        table.query({
          index: "list",
          condition: "#listShard = :shard AND #startedKey BETWEEN :from AND :upTo",
          values: {
            ":shard": text(listShard(day(at), shard)),
            ":from": text(from),
            ":upTo": text(upTo),
          },
          descending: true,
          limit: pageSize,
          startAfter,
        }),
    };
    for await (const entries of newestFirst(index, pageSize, (one) => startedKeyIn(one) < upTo)) {
      const items = await itemsOf(table, entries, now);
      yield* items.map((item) => listed(item, startedAtIn(item))).sort(newestFirstOf);
    }
  }
}

/**
 * Failed and blocked runs that became so in a window, newest first. An entry of the index that lags behind is
 * left out: its run was resumed, or has failed anew, and then it has another entry.
 */
export async function* listAttention(
  table: Table,
  window: ListWindow,
  pageSize: number,
  now: EpochMs,
): AsyncIterable<ListedRun> {
  const { since, until, beforeId = "" } = window;
  const index = {
    shards: ATTENTION_SHARDS,
    sortKey: (entry: Item) => startedKey(attentionAtIn(entry), ""),
    read: (shard: number, startAfter?: Item) =>
      table.query({
        index: "attention",
        condition: "#attentionShard = :shard AND #attentionAt BETWEEN :since AND :until",
        values: {
          ":shard": text(String(shard)),
          ":since": number(since),
          ":until": number(until),
        },
        descending: true,
        limit: pageSize,
        startAfter,
      }),
  };
  const isWanted = (entry: Item) => attentionAtIn(entry) < until || runIdFrom(entry) < beforeId;
  for await (const entries of newestFirst(index, pageSize, isWanted)) {
    const times = new Map(entries.map((entry) => [runIdFrom(entry), attentionAtIn(entry)]));
    const items = await itemsOf(table, entries, now);
    yield* items
      .filter((item) => optionalNumber(item, "attentionAt") === times.get(runIdFrom(item)))
      .map((item) => listed(item, attentionAtIn(item)))
      .sort(newestFirstOf);
  }
}

async function itemsOf(table: Table, entries: readonly Item[], now: EpochMs): Promise<Item[]> {
  const items = await table.batchGet(entries.map(({ pk, sk }) => ({ pk, sk }) as Item));
  return items.filter((item) => !isExpired(optionalNumber(item, "ttl") ?? Infinity, now));
}

function listed(item: Item, at: EpochMs): ListedRun {
  const id = runIdFrom(item);
  try {
    return { id, at, meta: metaFrom(item) };
  } catch (cause) {
    return {
      id,
      at,
      meta: undefined,
      workflow: optionalText(item, "workflow"),
      status: optionalText(item, "status"),
      error: new ValueUnreadableError(`run "${id}" cannot be read: ${String(cause)}`, { cause }),
    };
  }
}

const newestFirstOf = (a: ListedRun, b: ListedRun): number =>
  startedKey(a.at, a.id) < startedKey(b.at, b.id) ? 1 : -1;

const startedKeyIn = (entry: Item): string => entry["startedKey"]?.S ?? "";
const attentionAtIn = (entry: Item): EpochMs => requiredNumber(entry, "attentionAt");
/** When the run of an entry was started, as its place in the list says. */
const startedAtIn = (entry: Item): EpochMs => Number.parseInt(startedKeyIn(entry), 10);
