import type { EpochMs } from "./clock.ts";
import { LIMITS } from "./limits.ts";
import { isFinished, type RunStatus } from "./status.ts";

/** The run as a refused claim returned it. */
export interface RefusingRun {
  readonly status: RunStatus;
  readonly owner: string | undefined;
  readonly ownerMessage: string | undefined;
  readonly leaseUntil: EpochMs | undefined;
  readonly dueAt: EpochMs | undefined;
  readonly owed: readonly string[];
}

/** The hint whose claim was refused. */
export interface RefusedHint {
  /** SQS message id. */
  readonly message: string;
  /** The `dueAt` it was sent for. */
  readonly sentFor: EpochMs | undefined;
}

/** What becomes of the hint. */
export type RefusedClaim =
  /** Nothing depends on it. */
  | { readonly action: "drop" }
  /** The run has finished, but not all that follows from it is done. */
  | { readonly action: "settle-owed" }
  /** Its own delivery may be what brings the run back: it returns when the lease has ended. */
  | { readonly action: "come-back"; readonly delayMs: number }
  /** It came before its time: another is sent for the right one. */
  | { readonly action: "hint-later"; readonly delayMs: number; readonly sentFor: EpochMs };

/**
 * Rule 6: a refused claim decides on the item that refused it. Dropping every refused hint would
 * leave half of all crash recoveries to the sweeper.
 */
export function decideRefusedClaim(
  run: RefusingRun | undefined,
  hint: RefusedHint,
  now: EpochMs,
): RefusedClaim {
  if (!run) return { action: "drop" };
  if (isFinished(run.status)) {
    return { action: run.owed.length > 0 ? "settle-owed" : "drop" };
  }
  const isOwnersMessage = run.ownerMessage === hint.message;
  if (run.owner !== undefined) {
    return isOwnersMessage
      ? { action: "come-back", delayMs: Math.max((run.leaseUntil ?? now) - now, 0) }
      : { action: "drop" };
  }
  if (run.status === "blocked" || run.status === "paused" || run.dueAt === undefined) {
    return { action: "drop" };
  }
  const ahead = run.dueAt - now;
  const mayBeTheLast = isOwnersMessage || hint.sentFor === run.dueAt;
  return ahead > 0 && ahead <= LIMITS.hintDelayMaxMs && mayBeTheLast
    ? { action: "hint-later", delayMs: ahead, sentFor: run.dueAt }
    : { action: "drop" };
}
