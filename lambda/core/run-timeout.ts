import { type Duration, parseDuration } from "./duration.ts";
import { LIMITS } from "./limits.ts";
import { InvalidArgumentError } from "./savepoint-error.ts";

/** Longest life of a run with a timeout: a hundred years, 3,153,600,000,000 ms. */
const TIMEOUT_MAX_MS = 100 * LIMITS.lifeMs;

/**
 * The timeout of a run in milliseconds.
 * @throws InvalidArgumentError unless it is 1 ms to a hundred years
 */
export function runTimeoutMs(timeout: Duration): number {
  const ms = parseDuration(timeout);
  if (ms >= 1 && ms <= TIMEOUT_MAX_MS) return ms;
  throw new InvalidArgumentError(`timeout is ${timeout}; give 1 ms to ${TIMEOUT_MAX_MS} ms`);
}
