/** The statuses a run can have. */
export const RUN_STATUSES = [
  "queued",
  "running",
  "waiting",
  "succeeded",
  "failed",
  "cancelled",
  "blocked",
  "paused",
] as const;

/** Where a run stands. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/**
 * Every change of status there is, and what makes it. A status missing from a row is not reachable
 * in one write.
 */
const TRANSITIONS: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  // claimed; paused before it began; terminated
  queued: ["running", "paused", "cancelled"],
  // parked or handed over; finished; terminated; code that does not match its history; paused
  running: ["waiting", "succeeded", "failed", "cancelled", "blocked", "paused"],
  // claimed; paused; terminated
  waiting: ["running", "paused", "cancelled"],
  succeeded: [],
  // resumed: a fork in place, under a new generation
  failed: ["queued"],
  cancelled: ["queued"],
  // claimed by other code; resumed, for the present code to try; cancelled
  blocked: ["running", "queued", "cancelled"],
  // resumed, or woken to be cancelled; terminated
  paused: ["queued", "cancelled"],
};

/**
 * Whether one write may take a run from `from` to `to`. Staying as it is is always legal: a
 * takeover, a heartbeat and a settled duty leave the status alone.
 */
export const isLegalTransition = (from: RunStatus, to: RunStatus): boolean =>
  from === to || TRANSITIONS[from].includes(to);

/** Whether the run is over: it has its outcome, and only resuming it begins anew. */
export const isFinished = (status: RunStatus): status is "succeeded" | "failed" | "cancelled" =>
  status === "succeeded" || status === "failed" || status === "cancelled";
