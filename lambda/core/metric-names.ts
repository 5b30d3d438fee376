/** Namespace of the metrics in CloudWatch. */
export const METRIC_NAMESPACE = "Savepoint";

/**
 * Dimension by which one deployment's metrics are told from another's: its value is the name of the table.
 * Powertools gives it to every metric, by this name.
 */
export const METRIC_DIMENSION = "service";

/** Names of the metrics that workers count; written here once for those who count and who raise alarms. */
export const METRICS = {
  /** Runs that a worker has begun. */
  started: "RunsStarted",
  /** Runs that a worker has brought to their end; those that others terminate are not among them. */
  finished: "RunsFinished",
  /** Runs that have ended as failed. */
  failed: "RunsFailed",
  /** Times that a run was set aside because its code no longer fits, or is missing. */
  blocked: "RunsBlocked",
  /** Runs that were failed because nothing got on any more. */
  noProgress: "NoProgress",
  /** Runs taken over from a worker that never gave them back. */
  takeovers: "Takeovers",
} as const;
