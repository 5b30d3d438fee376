/** How a worker holds its runs if nothing else is chosen. Engine and infrastructure start from the same. */
export const LEASE_DEFAULTS = {
  /** Length of a lease, milliseconds. */
  leaseMs: 30_000,
  /** A body starts only while more than this is left of the lease, milliseconds. */
  leaseMarginMs: 2_000,
  /** Time kept free at the end of an invocation to give runs back, milliseconds. */
  deadlineMarginMs: 5_000,
} as const;
