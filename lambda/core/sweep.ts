import type { EpochMs } from "./clock.ts";
import { LIMITS } from "./limits.ts";
import { isFinished, type RunStatus } from "./status.ts";

/** What the sweeper looks at. */
export interface SweptRun {
  readonly status: RunStatus;
  readonly owner: string | undefined;
  readonly leaseUntil: EpochMs | undefined;
  readonly dueAt: EpochMs | undefined;
  readonly owed: readonly string[];
  readonly nudges: number;
  readonly deadline: EpochMs | undefined;
  /** The request to cancel it, if there is one. */
  readonly cancel: object | undefined;
  /** When its records expire, seconds since the epoch. */
  readonly historyTtl: number;
}

/** What the sweeper does about it: when to look again, and the hint to send, if any. */
export interface SweepDecision {
  readonly checkAt: EpochMs;
  readonly nudges: number;
  /** The run becomes due now: it waits so long that its records need a new lease of life. */
  readonly wake: boolean;
  readonly hintDelayMs: number | undefined;
}

/** Row 28: whether a run's time is over and no worker will see to it. */
const isOverdue = ({ status, deadline }: SweptRun, now: EpochMs): boolean =>
  (status === "paused" || status === "blocked") && deadline !== undefined && deadline <= now;

/**
 * Rule 13: whether a run is to be cancelled and no code takes it up that could. It was blocked after the
 * request, else it would have been terminated then. Other code has had two hints: what the run has done is undone by that.
 */
const isCancelledInVain = ({ status, cancel, nudges }: SweptRun): boolean =>
  status === "blocked" && cancel !== undefined && nudges > 1;

/** Why the sweeper ends a run by itself; undefined when it does not. */
export function endedBySweep(run: SweptRun, now: EpochMs): "timeout" | "cancel" | undefined {
  if (isOverdue(run, now)) return "timeout";
  return isCancelledInVain(run) ? "cancel" : undefined;
}

/** Whether a run's records are so near the end of their life that they need a new one. */
const isExpiring = ({ historyTtl }: SweptRun, now: EpochMs): boolean =>
  historyTtl * 1000 - now <= LIMITS.restampMs;

/** Rule 17: whether records expire of a run that nobody claims, and so nobody else gives a new lease of life. */
export const isExpiringAtRest = (run: SweptRun, now: EpochMs): boolean =>
  (run.status === "paused" || run.status === "blocked") && isExpiring(run, now);

/** Row 26: the next look at a run, at its deadline at the latest. */
export function decideSweep(run: SweptRun, now: EpochMs): SweepDecision {
  const decision = decideByStatus(run, now);
  const isEarlier = run.deadline !== undefined && run.deadline > now;
  return isEarlier && run.deadline < decision.checkAt && !isFinished(run.status)
    ? { ...decision, checkAt: run.deadline }
    : decision;
}

/** The next look at a run, backing off while nobody acts on its hints. */
function decideByStatus(run: SweptRun, now: EpochMs): SweepDecision {
  const again = (firstMs: number, maxMs: number): SweepDecision => ({
    checkAt: now + Math.min(firstMs * 2 ** run.nudges, maxMs),
    nudges: run.nudges + 1,
    wake: false,
    hintDelayMs: 0,
  });
  if (isFinished(run.status)) return again(LIMITS.checkAfterMs, LIMITS.nudgeMaxMs);
  if (run.owner !== undefined && (run.leaseUntil ?? 0) > now) {
    const checkAt = (run.leaseUntil ?? now) + 5_000;
    return { checkAt, nudges: run.nudges, wake: false, hintDelayMs: undefined };
  }
  if (run.status === "blocked") return again(LIMITS.blockedCheckMs, LIMITS.blockedCheckMaxMs);
  if (run.status === "paused") {
    const restampAt = run.historyTtl * 1000 - LIMITS.restampMs;
    const soon = again(LIMITS.blockedCheckMs, LIMITS.blockedCheckMaxMs);
    return { ...soon, checkAt: Math.max(soon.checkAt, restampAt), hintDelayMs: undefined };
  }
  if (run.dueAt === undefined || (isExpiring(run, now) && run.dueAt > now)) {
    return { ...again(LIMITS.checkAfterMs, LIMITS.nudgeMaxMs), wake: true };
  }
  if (run.owner !== undefined || run.dueAt <= now) {
    return again(LIMITS.checkAfterMs, LIMITS.nudgeMaxMs);
  }
  const ahead = run.dueAt - now;
  const isNear = ahead <= LIMITS.hintDelayMaxMs;
  return {
    checkAt: isNear ? run.dueAt + LIMITS.checkAfterMs : run.dueAt - LIMITS.checkBeforeMs,
    nudges: run.nudges,
    wake: false,
    hintDelayMs: isNear ? ahead : undefined,
  };
}
