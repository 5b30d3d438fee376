import { nameAndMessage } from "../core/attempt.ts";
import type { EpochMs } from "../core/clock.ts";
import { decodeValue } from "../core/codec.ts";
import { ValueUnreadableError } from "../core/errors.ts";
import type { RunAttributes } from "../core/run-attributes.ts";
import type { RunStatus } from "../core/status.ts";
import type { ForkOrigin, Meta } from "../store/meta.ts";
import { isAsked, type OperationRecord } from "../store/operation.ts";
import { isReference, storedBytes, type StoredValue } from "../store/values.ts";
import type { Values } from "../store/values.ts";

/** A run as lists show it. */
export interface RunSummary {
  readonly id: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly startedAt: EpochMs;
  /** Absent until it has finished. */
  readonly finishedAt?: EpochMs;
  /** When a waiting run goes on by itself; absent when only an event or a child wakes it. */
  readonly dueAt?: EpochMs;
  /** Id of the run that started it, when it is a child. */
  readonly parent?: string;
  /** Claims so far. */
  readonly epoch: number;
  /** Those of them that followed the death of a worker. */
  readonly recoveries: number;
  /** 1, and one more with each `continueAsNew`. */
  readonly round: number;
  /** When it is cancelled if it has not finished; absent when it has no `timeout`. */
  readonly deadline?: EpochMs;
  /** The run it was forked from, and the operation it asks again first, if one was named. */
  readonly forkedFrom?: {
    readonly id: string;
    readonly incarnation: string;
    readonly key?: string;
  };
  /** What it was started with; absent when there are none. */
  readonly attributes?: RunAttributes;
}

/** A run with its values. */
export interface RunDescription extends RunSummary {
  readonly input: unknown;
  /** Present when it succeeded. */
  readonly output?: unknown;
  /** Present when it failed, was cancelled or is blocked. */
  readonly error?: unknown;
  /** The operation whose error ended it. */
  readonly failedOperation?: string;
  /** Operations at work at the last heartbeat. */
  readonly activity: readonly string[];
}

/** One recorded operation, as history shows it. */
export interface HistoryEntry {
  readonly key: string;
  readonly kind: string;
  readonly state: "pending" | "backoff" | "running" | "waiting" | "succeeded" | "failed";
  readonly startedAt: EpochMs;
  readonly endedAt?: EpochMs;
  /** Attempts made; 0 for operations that have none. */
  readonly attempts: number;
  readonly errors: readonly { attempt: number; name: string; message: string; at: EpochMs }[];
  /** What it failed with, at most 300 characters of each. Absent when the error is recorded with over 64 KB. */
  readonly error?: { readonly name: string; readonly message: string };
  /** When the next attempt may be made, or the sleep ends. */
  readonly wakeAt?: EpochMs;
  /** The child run of a `run` or `start`. */
  readonly childId?: string;
  /** Size of the recorded result or error, bytes. */
  readonly bytes: number;
  /** Place in the order of settlement; absent until settled. */
  readonly order?: number;
}

/** META as a summary. */
export const summaryOf = (meta: Meta): RunSummary => ({
  id: meta.id,
  workflow: meta.workflow,
  status: meta.status,
  startedAt: meta.startedAt,
  epoch: meta.epoch,
  recoveries: meta.recoveries,
  round: meta.round,
  ...(meta.finishedAt !== undefined && { finishedAt: meta.finishedAt }),
  ...(meta.dueAt !== undefined && { dueAt: meta.dueAt }),
  ...(meta.deadline !== undefined && { deadline: meta.deadline }),
  ...(Object.keys(meta.attributes).length > 0 && { attributes: meta.attributes }),
  ...(meta.parent && { parent: meta.parent.id }),
  ...(meta.forkedFrom && { forkedFrom: originOf(meta.forkedFrom) }),
});

const originOf = ({ id, incarnation, key }: ForkOrigin) => ({
  id,
  incarnation,
  ...(key !== undefined && { key }),
});

/** META with its values fetched and decoded. */
export async function descriptionOf(meta: Meta, values: Values): Promise<RunDescription> {
  const read = async (stored: StoredValue) => decodeValue(await values.fetch(stored));
  return {
    ...summaryOf(meta),
    input: await read(meta.input),
    ...(meta.output !== undefined && { output: await read(meta.output) }),
    ...(meta.error !== undefined && { error: await read(meta.error) }),
    ...(meta.failedOperation !== undefined && { failedOperation: meta.failedOperation }),
    activity: meta.status === "running" ? meta.activity : [],
  };
}

/** Operations in the order in which they settled, those that have not last, by time of start. */
export function historyEntries(records: readonly OperationRecord[]): HistoryEntry[] {
  return records
    .filter(isAsked)
    .sort((a, b) => (place(a) === place(b) ? a.startedAt - b.startedAt : place(a) - place(b)))
    .map((record) => {
      const value = record.result ?? record.error;
      const wakeAt = record.nextAttemptAt ?? record.wakeAt;
      const error = record.error === undefined ? undefined : failureOf(record.error);
      return {
        key: record.key,
        kind: record.kind,
        state: stateOf(record),
        startedAt: record.startedAt,
        attempts: record.attempt,
        errors: record.attemptErrors,
        ...(error && { error }),
        bytes: value === undefined ? 0 : storedBytes(value),
        ...(record.endedAt !== undefined && { endedAt: record.endedAt }),
        ...(wakeAt !== undefined && { wakeAt }),
        ...(record.childId !== undefined && { childId: record.childId }),
        ...(record.order !== undefined && { order: record.order }),
      };
    });
}

/** What is in the item is told; what is in parts would take reads of its own for each operation. */
function failureOf(error: StoredValue): HistoryEntry["error"] {
  if (isReference(error)) return undefined;
  try {
    return nameAndMessage(decodeValue(error));
  } catch (unreadable) {
    // One damaged record must not hide the others.
    if (unreadable instanceof ValueUnreadableError) return nameAndMessage(unreadable);
    throw unreadable;
  }
}

const place = ({ order }: OperationRecord) => order ?? Number.POSITIVE_INFINITY;

const stateOf = ({ state, error }: OperationRecord): HistoryEntry["state"] => {
  if (state !== "done") return state;
  return error === undefined ? "succeeded" : "failed";
};
