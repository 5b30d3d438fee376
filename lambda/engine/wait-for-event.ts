import { isMine } from "../store/owned.ts";
import type { Execution } from "./execution.ts";
import { untilNextWake } from "./pending.ts";

/** Milliseconds left until runs must be given back, 0 when it is time. */
export const timeLeft = ({ deps, invocation }: Execution): number =>
  Math.max(invocation.deadlineAt - deps.clock.now(), 0);

/** How often META is read while one branch waits on the outside and another works. */
const POLL_MS = 1_000;

/** Waits for something to happen: a ring, the next time to wake, the end of the invocation; and reads META now and then. */
export async function waitForEvent(execution: Execution): Promise<void> {
  const { bell, deps, pending } = execution;
  const waitsOutside = [...pending.values()].some(
    ({ wait }) => wait?.childId !== undefined || wait?.message !== undefined,
  );
  const monotonic = deps.clock.monotonic();
  execution.nextPollAt = waitsOutside ? (execution.nextPollAt ?? monotonic + POLL_MS) : undefined;
  const untilPoll = (execution.nextPollAt ?? Number.POSITIVE_INFINITY) - monotonic;
  if (untilPoll <= 0) {
    execution.nextPollAt = Number.POSITIVE_INFINITY;
    void poll(execution);
  }
  // Past the deadline there is nothing left to do but to wait for what ends.
  const left = timeLeft(execution) || Number.POSITIVE_INFINITY;
  await bell.wait(
    Math.min(
      untilNextWake(execution) ?? Number.POSITIVE_INFINITY,
      left,
      untilPoll > 0 ? untilPoll : Number.POSITIVE_INFINITY,
    ),
  );
}

/**
 * Waits for the heartbeat that tells whether the run is still this worker's. Until then the code is given
 * nothing: the run may be another's, who goes another way, or deleted, so that nothing refuses a write.
 */
export async function untilLeaseHolds({ bell }: Execution): Promise<undefined> {
  await bell.wait();
}

/** Reads META for what the outside has noted there; failing to only delays it until the next poll. */
async function poll(execution: Execution): Promise<void> {
  const { bell, deps, lease, log, meta } = execution;
  try {
    const now = await deps.store.readRun(meta.id);
    if (now && isMine(now, lease.me) && !execution.isOver) execution.heard(now);
  } catch (error) {
    log.warn("run not read while it works and waits; it is read again", { error });
  }
  execution.nextPollAt = deps.clock.monotonic() + POLL_MS;
  bell.ring();
}

/** Whether the run's own time is over and nobody has said so yet. */
export const hasTimedOut = ({ deps, meta, outside }: Execution): boolean =>
  meta.deadline !== undefined && !outside.cancel && deps.clock.now() >= meta.deadline;

/**
 * Row 28: asks, as anybody may, for the run to be cancelled because its time is over; as it was claimed, for it
 * may have been terminated, and resumed with more time. A run that nobody can ask that of is another's by now.
 */
export async function requestTimeout(execution: Execution): Promise<undefined> {
  const { deps, meta } = execution;
  const cancel = { nonce: deps.ids.nonce(), reason: "its time is over", cause: "timeout" } as const;
  const asked = await deps.store.cancelRun({
    to: meta,
    isOnlyAsRead: true,
    cancel,
    now: deps.clock.now(),
    tx: deps.ids.nonce(),
  });
  if (asked.outcome === "requested") await poll(execution);
  else void execution.end("lost");
}
