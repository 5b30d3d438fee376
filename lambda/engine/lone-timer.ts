import type { EpochMs } from "../core/clock.ts";
import type { Execution } from "./execution.ts";
import type { Operation } from "./operation.ts";

/** A sleep, and when it ends. */
interface Timer {
  readonly sleep: Operation;
  readonly wakeAt: EpochMs;
}

/** The timer that is all that is pending: whether it has fired was not recorded. */
export function loneTimer({ pending }: Execution): Timer | undefined {
  const [only] = pending.values();
  if (pending.size > 1 || only?.kind !== "sleep" || only.record?.state !== "waiting") {
    return undefined;
  }
  return { sleep: only, wakeAt: only.record.wakeAt ?? 0 };
}

/**
 * Whether the code has begun something after that timer, which it has not come to here: an owner whose clock
 * was ahead has told it so, although its time has yet to come by this machine's.
 */
export const isPassed = (execution: Execution, { wakeAt }: Timer): boolean =>
  execution.history.unfinished.some(
    ({ key, ordinal, startedAt = 0 }) =>
      ordinal >= 0 && !execution.hasAsked(key) && startedAt >= wakeAt,
  );

/** Tells the code that a timer has fired, without a record. */
export function fire(execution: Execution, { sleep, wakeAt }: Timer): undefined {
  const outcome = { ok: true, value: undefined } as const;
  execution.give({ key: sleep.key, at: wakeAt, isNew: false, outcome });
}

/**
 * The same at the end of what is recorded. It may have been in company: a former owner may be about to record
 * it, in a place before what else has settled. Of one after which something is recorded nobody is any more.
 */
export function fireLast(execution: Execution, timer: Timer): undefined {
  const { key, kind, ordinal, record } = timer.sleep;
  if (execution.marksFirst) {
    const others = execution.unfenced.filter(({ hasFired }) => !hasFired);
    execution.unfenced = [
      ...others,
      { key, kind, ordinal, record, isGivenUp: true, hasFired: true },
    ];
  }
  return fire(execution, timer);
}
