/** Milliseconds since the Unix epoch. */
export type EpochMs = number;

/** Time as a port: production passes the system's, tests a virtual one. */
export interface Clock {
  /** Wall-clock time. */
  now(): EpochMs;
  /** Milliseconds that never go back, from an arbitrary origin. */
  monotonic(): number;
  /** Calls `wake` once, `ms` milliseconds from now; the returned function cancels it. */
  after(ms: number, wake: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, wake) {
    // Node fires a timer at once when its delay does not fit 31 bits.
    const timer = setTimeout(wake, Math.min(Math.max(ms, 0), 2_147_483_647));
    return () => clearTimeout(timer);
  },
};
