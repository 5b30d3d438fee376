import { NonDeterminismError, NotDurableError } from "../core/errors.ts";
import { decodeValue } from "../core/codec.ts";
import { scopeOf } from "../core/keys.ts";
import type { OperationRecord } from "../store/operation.ts";
import { turn } from "./bell.ts";
import { cancelAbandoned } from "./cancel-child.ts";
import { deliverCancel, fenceCancel, isCancelledLater } from "./cancellation.ts";
import { isCancellable } from "./cancelled.ts";
import { readChildren } from "./children.ts";
import type { Continuation } from "./continue.ts";
import type { Execution } from "./execution.ts";
import { describe, IF_UNCHANGED } from "./history.ts";
import { fire, fireLast, isPassed, loneTimer } from "./lone-timer.ts";
import {
  deny,
  grantBodies,
  isPatchUnrecorded,
  markHeld,
  startHeld,
  startPatches,
  untilNextWake,
  wakeDue,
  wakeMail,
} from "./pending.ts";
import { tendMailbox } from "./spill.ts";
import {
  hasTimedOut,
  requestTimeout,
  timeLeft,
  untilLeaseHolds,
  waitForEvent,
} from "./wait-for-event.ts";

/** How driving a run came to an end in this invocation. */
export type Ending =
  /** The function returned or threw. */
  | { readonly kind: "returned" }
  /** The code goes on in another round. */
  | { readonly kind: "continue"; readonly with: Continuation }
  /** The engine ends the run. */
  | { readonly kind: "fail"; readonly error: Error; readonly operation?: string }
  /** The code and the history do not agree. */
  | { readonly kind: "block"; readonly error: Error }
  /** Everything left waits on something durable: park. */
  | { readonly kind: "quiet" }
  /** The run was asked to pause, and can. */
  | { readonly kind: "pause" }
  /** There is work to do, in another invocation. */
  | { readonly kind: "hand-over" }
  /** A rival's record appeared: read the history again. */
  | { readonly kind: "reload" }
  /** The run belongs to another worker, or may. */
  | { readonly kind: "lost" };

/**
 * Drives a run until it ends, waits or must be given back. One loop decides everything: settle the
 * next outcome, start what may start, or wait for something to happen; between any two of these the
 * code gets one macrotask turn to react.
 * @param live what is done once everything recorded has been replayed
 */
export async function drive(execution: Execution, live = liveStep): Promise<Ending> {
  for (;;) {
    await turn();
    // Whether its output is valid decides what the code asks for next.
    if (execution.judging === "now") {
      await execution.bell.wait();
      continue;
    }
    const ending = await nextStep(execution, live);
    if (ending) return ending;
  }
}

/** Answers that deny a patch come before anything else, but not to code that has come to its end. */
async function nextStep(execution: Execution, live: typeof liveStep): Promise<Ending | undefined> {
  if (execution.denials.length > 0 && !endOf(execution)) return deny(execution);
  return execution.isLive ? live(execution) : replayStep(execution);
}

/** What ends a run at any point, replaying or live. */
export function ended(execution: Execution): Ending | undefined {
  const { continuation, ending, failure, mismatch, returned } = execution;
  if (ending) return { kind: ending };
  if (failure) return { kind: "fail", ...failure };
  if (mismatch) return { kind: "block", error: mismatch };
  if (continuation) return { kind: "continue", with: continuation };
  if (returned) return { kind: "returned" };
  return undefined;
}

/** The same, but for code that is cancelled yet: it is until the run has finished, even if it has come to its end. */
function endOf(execution: Execution): Ending | undefined {
  const end = ended(execution);
  return end && isByCode(end) && isCancelledLater(execution) ? undefined : end;
}

/** Whether it is the code that has come to an end, of the run or of a round. */
const isByCode = ({ kind }: Ending): boolean => kind === "returned" || kind === "continue";

/** Replay: gives recorded outcomes one at a time in their order; bodies are held. */
async function replayStep(execution: Execution): Promise<Ending | undefined> {
  const { history, deps } = execution;
  const end = endOf(execution);
  const { next } = history;
  // What a former owner is at work on must not land in a history that has come to its end.
  if (end) return (isByCode(end) && (await markHeld(execution))) || end;
  if (!execution.lease.allowsWork) return untilLeaseHolds(execution);
  if (!next) return endOfHistory(execution);
  if (timeLeft(execution) === 0) return { kind: "hand-over" };
  if (await isAtRecord(execution, next)) {
    await replay(execution, next);
    history.advance();
    return undefined;
  }
  // Of a branch that has lost its race.
  if (execution.closed.has(scopeOf(next.key))) return history.advance();
  const timer = loneTimer(execution);
  // One that ends after what is to come next has not fired: the code only takes its time to ask.
  if (timer && timer.wakeAt <= (next.endedAt ?? 0)) return fire(execution, timer);
  if (await isPatchNoLongerAsked(execution, next)) return history.advance();
  if (!(await isIdleFor(execution, deps.settings.replayPatienceMs))) return undefined;
  // It does not ask: the timer may have fired by another machine's clock, if its time has come.
  if (timer && timer.wakeAt <= deps.clock.now()) return fire(execution, timer);
  return { kind: "block", error: noLongerAsked(next) };
}

/** Whether the code has come to a record: it has asked for what that settles, or for all that it rejects. */
const isAtRecord = async (execution: Execution, next: OperationRecord): Promise<boolean> =>
  next.kind === "cancel" ? canReplayCancel(execution, next) : execution.pending.has(next.key);

/** A patch that was made for good is not asked for any more: the code is at what comes after it. */
async function isPatchNoLongerAsked(execution: Execution, next: OperationRecord): Promise<boolean> {
  if (next.kind !== "patch") return false;
  const after = execution.history.rest.find(({ kind }) => kind !== "patch");
  return after === undefined ? execution.pending.size > 0 : isAtRecord(execution, after);
}

/**
 * Whether the code has neither asked nor been given anything for that long; if not, waits for the
 * next thing to happen. Heartbeats ring, too, so the time is kept apart from the waiting.
 */
async function isIdleFor(execution: Execution, patienceMs: number): Promise<boolean> {
  const { bell, deps } = execution;
  execution.idleSince ??= deps.clock.now();
  const left = execution.idleSince + patienceMs - deps.clock.now();
  if (left <= 0) return true;
  await bell.wait(Math.min(left, timeLeft(execution)));
  return false;
}

/** A cancel rejects what was pending then: it waits until all of that has been asked for. */
async function canReplayCancel(
  { deps, pending }: Execution,
  record: OperationRecord,
): Promise<boolean> {
  const keys = decodeValue(await deps.store.values.fetch(record.result ?? "")) as string[];
  // Anything else that is pending was settled before: a lone timer, of which there is no record.
  return keys.every((key) => pending.has(key)) && isNothingElse(pending, keys);
}

const isNothingElse = (pending: Execution["pending"], keys: readonly string[]): boolean =>
  [...pending.values()].filter(isCancellable).length === keys.length;

async function replay(execution: Execution, record: OperationRecord): Promise<void> {
  const isResult = record.result !== undefined;
  const stored = record.result ?? record.error ?? "";
  const value = decodeValue(await execution.deps.store.values.fetch(stored));
  execution.give({
    key: record.key,
    at: record.endedAt ?? 0,
    isNew: false,
    outcome: isResult ? { ok: true, value } : { ok: false, error: value },
  });
}

/** The error of code that stopped asking for what is recorded. */
export const noLongerAsked = (record: OperationRecord, cause?: unknown): NonDeterminismError =>
  new NonDeterminismError(
    `the code no longer asks for ${describe(record)}, which the history holds; deploy code that does, or start a new run; ${IF_UNCHANGED}`,
    {
      expected: describe(record),
      got: "nothing",
      where: record.key,
      ...(cause !== undefined && { cause }),
    },
  );

/**
 * A timer that is all that is pending, and whose time has come, goes before everything else, as it did
 * if it has fired before: the history may hold what the code asked for after it, and a cancel that
 * rejected the timer instead would lead the code elsewhere. So it does when an owner whose clock is ahead has
 * told the code already.
 */
async function endOfHistory(execution: Execution): Promise<Ending | undefined> {
  const timer = loneTimer(execution);
  const hasFired =
    timer && (timer.wakeAt <= execution.deps.clock.now() || isPassed(execution, timer));
  if (!hasFired) return goLive(execution);
  return (await fenceCancel(execution)) ?? fireLast(execution, timer);
}

/** Replay is over: what is pending starts or carries on. */
function goLive(execution: Execution): undefined {
  execution.isLive = true;
}

async function liveStep(execution: Execution): Promise<Ending | undefined> {
  // What the code, or its replay, has given up: a race's others are when the code has heard of its winner.
  if (!execution.ending) await cancelAbandoned(execution);
  const end = endOf(execution);
  if (end) return end;
  stopAtLimits(execution);
  if (isPatchUnrecorded(execution)) return untilPatched(execution);
  if (!execution.lease.allowsWork) return untilLeaseHolds(execution);
  const settlement = execution.settlements.take();
  if (settlement) {
    execution.give(settlement);
    return undefined;
  }
  if (execution.mustCancel) return deliverCancel(execution);
  if (hasTimedOut(execution)) return requestTimeout(execution);
  const failed = await startHeld(execution);
  if (failed) return failed;
  if (execution.outside.areChildrenStale) {
    // Even when none has finished: they may have become stale again while they were read.
    await readChildren(execution);
    return undefined;
  }
  if (await tendMailbox(execution)) return undefined;
  if (wakeMail(execution) || wakeDue(execution) || grantBodies(execution)) return undefined;
  if (execution.isBusy || execution.settlements.isOpen) {
    await waitForEvent(execution);
    return undefined;
  }
  return whenQuiet(execution);
}

/** Gives the code nothing, and begins nothing else of what it has asked for, until its patches are recorded. */
async function untilPatched(execution: Execution): Promise<Ending | undefined> {
  const failed = await startPatches(execution);
  if (failed) return failed;
  // What its time has come for must wait, too: only the end of a write, or of the invocation, changes anything.
  await execution.bell.wait(timeLeft(execution) || Number.POSITIVE_INFINITY);
  return undefined;
}

function stopAtLimits(execution: Execution): void {
  const { deps, settledLive } = execution;
  if (settledLive >= deps.settings.operationsPerInvocation || execution.outside.isPauseAsked) {
    execution.isStopping = true;
  }
  if (timeLeft(execution) === 0) {
    execution.isStopping = true;
    execution.stopBodies("deadline");
  }
}

/** Nothing runs and nothing is being written: wait here, park, or give the run back. */
async function whenQuiet(execution: Execution): Promise<Ending | undefined> {
  const { bell, deps, invocation, pending } = execution;
  if (execution.judging === "later") return { kind: "hand-over" };
  if (pending.size === 0) {
    if (timeLeft(execution) === 0) return { kind: "hand-over" };
    const isStuck = await isIdleFor(execution, deps.settings.idlePatienceMs);
    return isStuck ? { kind: "fail", error: notDurable(execution) } : undefined;
  }
  const hasWork = [...pending.values()].some(
    ({ phase, wait }) => phase === "held" || wait?.bodyMs !== undefined,
  );
  if (hasWork) {
    if (execution.outside.isPauseAsked) return { kind: "pause" };
    if (execution.isStopping) return { kind: "hand-over" };
    // The lease is too short for a body just now: the next heartbeat rings.
    await bell.wait(Math.min(deps.settings.leaseMs, timeLeft(execution)));
    return undefined;
  }
  if (execution.outside.isPauseAsked) return { kind: "pause" };
  const wakeIn = untilNextWake(execution);
  const fits = wakeIn !== undefined && deps.clock.now() + wakeIn < invocation.deadlineAt;
  if (fits && wakeIn <= deps.settings.waitInPlaceMs && !execution.isStopping) {
    await bell.wait(wakeIn);
    return undefined;
  }
  return { kind: "quiet" };
}

function notDurable({ lastSettled, meta, deps }: Execution): NotDurableError {
  const last = lastSettled ?? "its beginning";
  return new NotDurableError(
    `run ${meta.id} has awaited something that is not durable for ${deps.settings.idlePatienceMs} ms after ${last}, with no operation pending; await only what ctx gives, and do other work inside ctx.step`,
  );
}
