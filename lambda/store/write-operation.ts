import type { EpochMs } from "../core/clock.ts";
import { number, text } from "./attributes.ts";
import {
  type OperationKind,
  operationFrom,
  operationItem,
  type OperationRecord,
} from "./operation.ts";
import { OPERATION_PREFIX } from "./schema.ts";
import type { Table } from "./table.ts";

/**
 * Condition F: the operation is absent, or unfinished and last written under no later epoch. An
 * owner that has been taken over can no longer settle what its successor has marked.
 */
const FENCE = "attribute_not_exists(#sk) OR (#s <> :done AND #e <= :epoch)";

/** Outcome of a write to an operation: done, or the record that refused it. */
export type OperationWrite =
  { readonly done: true } | { readonly done: false; readonly rival: OperationRecord | undefined };

/**
 * Which conditions a write has beside F: row 6 refuses an attempt already recorded, row 7 one already marked,
 * row 8 any record; a loser is told once, and only where it was recorded, so that a late copy changes nothing.
 */
export type WriteGuard = "settle" | "attempt" | "mark" | "begin" | "told";

const CONDITIONS: Record<WriteGuard, string> = {
  settle: FENCE,
  attempt: `attribute_not_exists(#sk) OR (#s <> :done AND #e <= :epoch AND (attribute_not_exists(#a) OR #a < :attempt OR (#a = :attempt AND #s = :running)))`,
  mark: `attribute_not_exists(#sk) OR (#s <> :done AND #e <= :epoch AND (attribute_not_exists(#a) OR #a < :attempt))`,
  told: "#s <> :done AND #e <= :epoch AND attribute_not_exists(#g)",
  begin: "attribute_not_exists(#sk) OR (#s = :pending AND #e <= :epoch)",
};

/** Rows 5 to 9: writes a whole operation record under condition F and the guard's. */
export async function writeOperation(
  table: Table,
  historyPk: string,
  record: OperationRecord,
  ttlSeconds: number,
  guard: WriteGuard,
): Promise<OperationWrite> {
  const put = await table.put(operationItem(historyPk, record, ttlSeconds), CONDITIONS[guard], {
    ":epoch": number(record.epoch),
    ...(guard === "begin" ? { ":pending": text("pending") } : { ":done": text("done") }),
    ...((guard === "attempt" || guard === "mark") && { ":attempt": number(record.attempt) }),
    ...(guard === "attempt" && { ":running": text("running") }),
  });
  if (put.ok) return { done: true };
  const rival = put.item && operationFrom(put.item);
  // One's own write, whose reply was lost.
  return rival?.nonce === record.nonce ? { done: true } : { done: false, rival };
}

/** The operation a takeover marks. */
export interface MarkRequest {
  readonly key: string;
  readonly kind: OperationKind;
  readonly ordinal: number;
  readonly epoch: number;
  readonly nonce: string;
  readonly now: EpochMs;
  /** Whether the crash counts against the operation: the run was advanced alone. */
  readonly counts: boolean;
}

/**
 * Row 3: raises a pending operation to the taker's epoch, so that its former owner can no longer
 * settle it. Returns the record as it stands, or undefined when the operation is already done and
 * the history must be read again.
 */
export async function markOperation(
  table: Table,
  historyPk: string,
  mark: MarkRequest,
  ttlSeconds: number,
): Promise<OperationRecord | undefined> {
  const written = await table.update({
    key: { pk: text(historyPk), sk: text(OPERATION_PREFIX + mark.key) },
    update:
      "SET #e = :epoch, #w = :nonce, #k = if_not_exists(#k, :kind), #i = if_not_exists(#i, :ordinal), " +
      "#s = if_not_exists(#s, :pending), #t = if_not_exists(#t, :now), #ttl = if_not_exists(#ttl, :ttl), " +
      "#q = if_not_exists(#q, :zero) + :kill",
    // A mark counts, so its own retry, after a lost reply, must be told from another one.
    condition: `(${FENCE}) AND (attribute_not_exists(#w) OR #w <> :nonce)`,
    values: {
      ":epoch": number(mark.epoch),
      ":nonce": text(mark.nonce),
      ":kind": text(mark.kind),
      ":ordinal": number(mark.ordinal),
      ":pending": text("pending"),
      ":done": text("done"),
      ":now": number(mark.now),
      ":ttl": number(ttlSeconds),
      ":zero": number(0),
      ":kill": number(mark.counts ? 1 : 0),
    },
  });
  const record = written.item && operationFrom(written.item);
  if (!record || (!written.ok && record.nonce !== mark.nonce)) return undefined;
  return record;
}
