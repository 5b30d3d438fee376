import type { EpochMs } from "./clock.ts";
import { parseDuration, type Duration } from "./duration.ts";
import { InvalidArgumentError } from "./errors.ts";
import { assertOptions, type OptionNames } from "./known-options.ts";

/** How a step is retried, as its author writes it. */
export interface RetryOptions {
  /** Attempts in all, the first included; 1 turns retries off. Default 5. */
  readonly attempts?: number;
  /** Pause before the second attempt. Default "1s". */
  readonly delay?: Duration;
  /** What each further pause is multiplied by. Default 2. */
  readonly factor?: number;
  /** Longest pause. Default "1m". */
  readonly maxDelay?: Duration;
  /** Share of each pause that is drawn by chance, 0 to 1. Default 0.25. */
  readonly jitter?: number;
  /** Whether an error is worth another attempt. Not asked when retries are off. Default: every error but a terminal one. */
  readonly retryIf?: (error: unknown) => boolean | Promise<boolean>;
}

const RETRY_OPTIONS: OptionNames<RetryOptions> = {
  attempts: true,
  delay: true,
  factor: true,
  maxDelay: true,
  jitter: true,
  retryIf: true,
};

/** A retry policy with its defaults filled in and its durations in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: number;
}

/** The policy of most steps. */
const DEFAULT_POLICY: RetryPolicy = {
  attempts: 5,
  delayMs: 1_000,
  factor: 2,
  maxDelayMs: 60_000,
  jitter: 0.25,
};

/** Fills in the defaults. Throws InvalidArgumentError for an option that there is not, and for a value that makes no sense. */
export function retryPolicy(options?: RetryOptions): RetryPolicy {
  if (options === undefined) return DEFAULT_POLICY;
  assertOptions("retry", options, RETRY_OPTIONS);
  const {
    attempts = DEFAULT_POLICY.attempts,
    factor = DEFAULT_POLICY.factor,
    jitter = DEFAULT_POLICY.jitter,
    delay,
    maxDelay,
  } = options;
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw new InvalidArgumentError(
      `retry.attempts is ${attempts}; it must be a whole number, 1 or more`,
    );
  }
  if (!(factor >= 1) || !Number.isFinite(factor)) {
    throw new InvalidArgumentError(`retry.factor is ${factor}; it must be a number, 1 or more`);
  }
  if (!(jitter >= 0 && jitter <= 1)) {
    throw new InvalidArgumentError(`retry.jitter is ${jitter}; it must be between 0 and 1`);
  }
  return {
    attempts,
    delayMs: delay === undefined ? DEFAULT_POLICY.delayMs : parseDuration(delay),
    factor,
    maxDelayMs: maxDelay === undefined ? DEFAULT_POLICY.maxDelayMs : parseDuration(maxDelay),
    jitter,
  };
}

/**
 * When the next attempt may be made.
 * @param failed number of the attempt that has just failed, 1 the first
 * @param notBefore a time the error itself asked for (Retry-After), which wins over the back-off
 * @param chance a number in [0, 1)
 */
export function nextAttemptAt(
  policy: RetryPolicy,
  failed: number,
  now: EpochMs,
  notBefore: EpochMs | undefined,
  chance: number,
): EpochMs {
  if (notBefore !== undefined) return Math.max(now, notBefore);
  const pause = Math.min(policy.delayMs * policy.factor ** (failed - 1), policy.maxDelayMs);
  return now + Math.ceil(pause * (1 - policy.jitter * chance));
}
