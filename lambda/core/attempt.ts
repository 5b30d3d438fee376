import type { EpochMs } from "./clock.ts";
import { isSavepointError, RetriesExhaustedError } from "./errors.ts";
import { nextAttemptAt, type RetryPolicy } from "./retry-policy.ts";

/** A failed attempt, with what is known to decide what follows. */
export interface FailedAttempt {
  readonly step: string;
  readonly error: unknown;
  /** Number of the attempt, 1 the first. */
  readonly attempt: number;
  /** The attempts that failed before, as far as they are kept. */
  readonly earlier: readonly { attempt: number; name: string; message: string }[];
  /** What `retryIf` said; undefined when it was not asked. */
  readonly isRetryable: boolean | undefined;
  readonly now: EpochMs;
  /** A number in [0, 1), for jitter. */
  readonly chance: number;
}

/** What follows from a failed attempt: another one, or the error the step is settled with. */
export type AttemptDecision = { readonly retryAt: EpochMs } | { readonly failWith: unknown };

/** Errors that another attempt would only repeat. */
const TERMINAL_CODES = new Set([
  "terminal",
  "value_too_large",
  "value_not_serializable",
  "wrong_context",
  "validation",
  "invalid_argument",
]);

/** Whether an error says of itself that trying again is useless. */
export const isTerminal = (error: unknown): boolean =>
  isSavepointError(error) && TERMINAL_CODES.has(error.code);

/** Decides what follows from a failed attempt. */
export function decideAttempt(failed: FailedAttempt, policy: RetryPolicy): AttemptDecision {
  const { error, attempt, now, chance } = failed;
  if (isTerminal(error) || failed.isRetryable === false || policy.attempts === 1) {
    return { failWith: error };
  }
  if (attempt >= policy.attempts) return { failWith: exhausted(failed) };
  const notBefore = isSavepointError(error, "retry_after") ? error.notBefore(now) : undefined;
  return { retryAt: nextAttemptAt(policy, attempt, now, notBefore, chance) };
}

function exhausted({ step, error, attempt, earlier }: FailedAttempt): RetriesExhaustedError {
  // What is kept with the record tells more than the error declares.
  const before = earlier.map(({ attempt, name, message }) => ({ attempt, name, message }));
  const errors = [...before, { attempt, ...nameAndMessage(error) }];
  return new RetriesExhaustedError(
    `step "${step}" failed in each of its ${attempt} attempts: ${errors.map((one) => `${one.attempt}. ${one.message}`).join("; ")}`,
    { cause: error, errors },
  );
}

/** Name and message of anything thrown, as history keeps them. Never throws, whatever it is given. */
export function nameAndMessage(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? { name: textOf(() => error.name), message: textOf(() => error.message) }
    : { name: typeof error, message: textOf(() => shownThrown(error)) };
}

/** An array's text is that of all its items, of which there may be no end. */
const shownThrown = (thrown: unknown): unknown =>
  Array.isArray(thrown) ? `an array of ${thrown.length.toLocaleString("en")}` : thrown;

function textOf(read: () => unknown): string {
  try {
    return String(read()).slice(0, 300);
  } catch {
    return "(cannot be shown as text)";
  }
}
