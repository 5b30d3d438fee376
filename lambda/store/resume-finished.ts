import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { timesUndone, UNDONE_PREFIX } from "../core/undone.ts";
import { number, text } from "./attributes.ts";
import { changeRun, WAKE, wakeValues } from "./change-run.ts";
import { copyMessage, copyRecords, copyValue } from "./copy-history.ts";
import { type Cut, givenBack } from "./given-back.ts";
import { boxChange } from "./hold-run.ts";
import { type TakenMessage, takenText } from "./mailbox.ts";
import { historyOf, type Meta } from "./meta.ts";
import { NEW_OPERATION, type OperationRecord } from "./operation.ts";
import { keepMailbox, readMailbox } from "./spill.ts";
import { birthTtl } from "./start-run.ts";
import type { Table } from "./table.ts";
import { openValues, valueAttribute } from "./values.ts";

/** A run that has ended as failed or cancelled, to be resumed. */
export interface Resumption {
  /** The run as it was read. */
  readonly run: Meta;
  /** Its whole history. */
  readonly records: readonly OperationRecord[];
  /** What is kept of it: the settled ones in their order, then timers that have fired. */
  readonly kept: readonly OperationRecord[];
  /** Time that it has from now on, milliseconds; undefined when that is not limited. */
  readonly timeLimitMs: number | undefined;
  readonly now: EpochMs;
  readonly tx: string;
  readonly nonce: () => string;
}

/**
 * What became of it. `changed`: META is not as it was read; look at it again. `overfull`: its mailbox cannot
 * hold all that it would be given back.
 */
export type ResumedFinished = "queued" | "changed" | "gone" | "overfull";

/**
 * Row 25: copies what is kept of a history to a generation of its own, then makes the run begin there,
 * by one write. Each attempt copies to a partition that only its own write of META names: one that
 * was overtaken, or came too late, adds nothing to the history that counts, and its copies expire.
 * The run's time starts anew. What was taken by waits that are not kept comes before what nobody has taken.
 */
export async function resumeFinished(
  table: Table,
  { run, records, kept, timeLimitMs, now, tx, nonce }: Resumption,
): Promise<ResumedFinished> {
  const deadline = timeLimitMs === undefined ? undefined : now + timeLimitMs;
  const ttlSeconds = Math.max(run.historyTtl, birthTtl(now, deadline));
  const values = openValues(table);
  const { back, unread } = await mailOf(table, run, { records, kept });
  const backIds = new Set(back.map(({ id }) => id));
  const open = [...back, ...unread];
  if (open.length > LIMITS.spilledMax) return "overfull";
  const generation = run.generation + 1;
  const copies = [...run.copies, `${generation}#${nonce()}`];
  const historyPk = historyOf({ ...run, generation, copies });
  const to = { historyPk, ttlSeconds, nonce };
  await copyRecords(table, [...kept, ...memoriesOf(records, now, nonce)], to);
  const input = await copyValue(table, run.input, to);
  const messages = await Promise.all(open.map((one) => copyMessage(table, one, to)));
  const box = boxChange(await keepMailbox(values, messages, to));
  const isPast = ({ at, id }: TakenMessage) =>
    at > now - LIMITS.messageCopiesMs && !backIds.has(id);
  const past = run.past.filter(isPast).map(takenText);
  const set = [
    "#status = :queued, #gen = :next, #copies = :copies, #input = :input, #ttl = :ttl, #histTtl = :ttl",
    "#wakeSeq = #wakeSeq + :one, #hops = :zero, #crashes = :zero, #nudges = :zero, #mark = :mark",
    WAKE,
    ...(deadline === undefined ? [] : ["#deadline = :deadline"]),
    ...(past.length === 0 ? [] : ["#past = :past"]),
  ];
  const remove = [
    "#output, #error, #finishedAt, #failedOp, #attentionShard, #attentionAt, #cancel, #pause",
    "#owed, #owner, #leaseUntil, #formerUntil, #quorum, #activity, #code, #unmarked, #former",
    ...(deadline === undefined ? ["#deadline"] : []),
    ...box.remove,
    ...(past.length === 0 ? ["#past"] : []),
  ];
  const form = {
    condition: "#status IN (:failed, :cancelled) AND #gen = :gen AND #tx = :seen",
    set: set.join(", ") + box.set,
    remove: remove.join(", "),
    values: {
      ":failed": text("failed"),
      ":cancelled": text("cancelled"),
      ":gen": number(run.generation),
      ":seen": text(run.tx),
      ":queued": text("queued"),
      ":next": number(generation),
      ":copies": { SS: copies },
      ":input": valueAttribute(input),
      ":ttl": number(ttlSeconds),
      ":one": number(1),
      ":zero": number(0),
      ":mark": number(progressOf(kept)),
      ...wakeValues(now, deadline),
      ...(deadline !== undefined && { ":deadline": number(deadline) }),
      ...box.values,
      ...(past.length > 0 && { ":past": { SS: [...new Set(past)] } }),
    },
  };
  const { outcome } = await changeRun(table, run, tx, form, () => undefined);
  if (outcome === "changed") return "queued";
  return outcome === "gone" ? "gone" : "changed";
}

/** What a resumed run finds in its mailbox: what its waits had taken that are not kept, and what none has. */
async function mailOf(table: Table, run: Meta, cut: Cut) {
  const back = await givenBack(table, cut);
  const takenIds = new Set([
    ...run.past.map(({ id }) => id),
    ...cut.records.map(({ messageId }) => messageId),
  ]);
  const mail = await readMailbox(openValues(table), run);
  return { back, unread: mail.filter(({ id }) => !takenIds.has(id)) };
}

/** Whether a resume would be refused as `overfull`: asked before anything is done for it. */
export async function isOverfull(table: Table, run: Meta, cut: Cut): Promise<boolean> {
  const { back, unread } = await mailOf(table, run, cut);
  return back.length + unread.length > LIMITS.spilledMax;
}

/** What a resumed run has to remember of the steps that were undone. */
function memoriesOf(
  records: readonly OperationRecord[],
  now: EpochMs,
  nonce: () => string,
): OperationRecord[] {
  return [...timesUndone(records)].map(([key, attempt]) => ({
    ...NEW_OPERATION,
    key: UNDONE_PREFIX + key,
    kind: "undone",
    ordinal: -1,
    state: "pending",
    epoch: 0,
    attempt,
    startedAt: now,
    nonce: nonce(),
  }));
}

/** Progress that kept records stand for, as the engine counts it: settled operations and failed attempts. */
export const progressOf = (kept: readonly OperationRecord[]): number =>
  kept.reduce((sum, { order, failures }) => sum + (order === undefined ? 0 : 1) + failures, 0);
