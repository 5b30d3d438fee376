import type { EpochMs } from "../core/clock.ts";
import {
  type Item,
  number,
  optionalNumber,
  optionalText,
  present,
  requiredNumber,
  requiredText,
  text,
} from "./attributes.ts";
import { incarnationIn, OPERATION_PREFIX } from "./schema.ts";
import { type StoredValue, valueAttribute, valueFromAttribute } from "./values.ts";

/** What an operation is; recorded, and compared on replay. */
export type OperationKind =
  | "step"
  | "sleep"
  | "run"
  | "start"
  | "wait"
  | "token"
  | "send"
  | "race"
  | "patch"
  | "cancel"
  | "rollback"
  // Nothing that is asked for: a resumed run's memory of a step that was undone before.
  | "undone";

/**
 * Where an operation stands. `pending`: marked by a takeover before it was recorded; `backoff`: a
 * step between attempts; `running`: marked before its body, which must not run twice; `waiting`: for a
 * time, a message or a child; `done`: settled, for good.
 */
export type OperationState = "pending" | "backoff" | "running" | "waiting" | "done";

/** One failed attempt of a step, as history shows it. */
export interface AttemptError {
  readonly attempt: number;
  readonly name: string;
  readonly message: string;
  readonly at: EpochMs;
}

/** An operation's record: everything replay and the history need to know. */
export interface OperationRecord {
  readonly key: string;
  readonly kind: OperationKind;
  /** Position among the operations of its scope, from 0. */
  readonly ordinal: number;
  readonly state: OperationState;
  /** Epoch of the last writer. */
  readonly epoch: number;
  /** Place in the order of settlement; present exactly when done. */
  readonly order?: number | undefined;
  /** Attempts made. */
  readonly attempt: number;
  readonly nextAttemptAt?: EpochMs | undefined;
  readonly wakeAt?: EpochMs | undefined;
  readonly childId?: string | undefined;
  /** Workflow of the child. */
  readonly workflow?: string | undefined;
  /** The message that a wait consumed. */
  readonly messageId?: string | undefined;
  /** That message's value, when the schema has made something else of it. */
  readonly sent?: StoredValue | undefined;
  readonly result?: StoredValue | undefined;
  readonly error?: StoredValue | undefined;
  readonly attemptErrors: readonly AttemptError[];
  /** All failed attempts, also those whose error is no longer kept. */
  readonly failures: number;
  readonly startedAt: EpochMs;
  readonly endedAt?: EpochMs | undefined;
  /** Takeovers that found it unfinished, since its last failed attempt. */
  readonly kills: number;
  /** Deadline aborts in a row. */
  readonly deadlineAborts: number;
  /** Copied from the run that this one was forked from: what it did is that run's to undo. */
  readonly inherited?: boolean | undefined;
  /** The child lost a race and was asked to end: whoever replays the race need not do it again. */
  readonly told?: boolean | undefined;
  /** Nonce of the last write. */
  readonly nonce: string;
}

/** The record of something that was asked for, by the code or by the engine for it. */
export type AskedRecord = OperationRecord & { readonly kind: Exclude<OperationKind, "undone"> };

/** Whether a record is of something asked for, and not a memory of what was undone. */
export const isAsked = (record: OperationRecord): record is AskedRecord => record.kind !== "undone";

/** Fields of a record that an unfinished operation starts with. */
export const NEW_OPERATION = {
  attempt: 0,
  attemptErrors: [] as readonly AttemptError[],
  failures: 0,
  kills: 0,
  deadlineAborts: 0,
} as const;

/** The item of a record. One-letter names: a step is billed by the kilobyte of its whole item. */
export function operationItem(pk: string, record: OperationRecord, ttlSeconds: number): Item {
  return present({
    pk: text(pk),
    sk: text(OPERATION_PREFIX + record.key),
    k: text(record.kind),
    i: number(record.ordinal),
    s: text(record.state),
    e: number(record.epoch),
    o: optional(record.order),
    a: record.attempt > 0 ? number(record.attempt) : undefined,
    x: optional(record.nextAttemptAt),
    u: optional(record.wakeAt),
    c: record.childId === undefined ? undefined : text(record.childId),
    l: record.workflow === undefined ? undefined : text(record.workflow),
    m: record.messageId === undefined ? undefined : text(record.messageId),
    v: record.sent === undefined ? undefined : valueAttribute(record.sent),
    r: record.result === undefined ? undefined : valueAttribute(record.result),
    f: record.error === undefined ? undefined : valueAttribute(record.error),
    h: record.attemptErrors.length > 0 ? attemptErrorsAttribute(record.attemptErrors) : undefined,
    n: record.failures > 0 ? number(record.failures) : undefined,
    t: number(record.startedAt),
    d: optional(record.endedAt),
    q: record.kills > 0 ? number(record.kills) : undefined,
    z: record.deadlineAborts > 0 ? number(record.deadlineAborts) : undefined,
    y: record.inherited ? { BOOL: true } : undefined,
    g: record.told ? { BOOL: true } : undefined,
    w: text(record.nonce),
    ttl: number(ttlSeconds),
  });
}

/** Reads an operation's item. */
export function operationFrom(item: Item): OperationRecord {
  const owner = incarnationIn(requiredText(item, "pk"));
  return {
    key: requiredText(item, "sk").slice(OPERATION_PREFIX.length),
    kind: requiredText(item, "k") as OperationKind,
    ordinal: requiredNumber(item, "i"),
    state: requiredText(item, "s") as OperationState,
    epoch: requiredNumber(item, "e"),
    order: optionalNumber(item, "o"),
    attempt: optionalNumber(item, "a") ?? 0,
    nextAttemptAt: optionalNumber(item, "x"),
    wakeAt: optionalNumber(item, "u"),
    childId: optionalText(item, "c"),
    workflow: optionalText(item, "l"),
    messageId: optionalText(item, "m"),
    sent: valueFromAttribute(item["v"], owner),
    result: valueFromAttribute(item["r"], owner),
    error: valueFromAttribute(item["f"], owner),
    attemptErrors: (item["h"]?.L ?? []).map(({ M = {} }) => ({
      attempt: optionalNumber(M, "a") ?? 0,
      name: optionalText(M, "n") ?? "Error",
      message: optionalText(M, "m") ?? "",
      at: optionalNumber(M, "t") ?? 0,
    })),
    failures: optionalNumber(item, "n") ?? 0,
    startedAt: requiredNumber(item, "t"),
    endedAt: optionalNumber(item, "d"),
    kills: optionalNumber(item, "q") ?? 0,
    deadlineAborts: optionalNumber(item, "z") ?? 0,
    ...(item["y"]?.BOOL && { inherited: true }),
    ...(item["g"]?.BOOL && { told: true }),
    nonce: requiredText(item, "w"),
  };
}

const optional = (value: number | undefined) => (value === undefined ? undefined : number(value));

const attemptErrorsAttribute = (errors: readonly AttemptError[]) => ({
  L: errors.map(({ attempt, name, message, at }) => ({
    M: { a: number(attempt), n: text(name), m: text(message), t: number(at) },
  })),
});
