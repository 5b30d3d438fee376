import type { Clock, EpochMs } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import { StoreUnavailableError } from "../core/errors.ts";

/** Patience with AWS: which failures of a call are tried again, and for how long. */
export interface Retry {
  /** Runs `call` until it answers, refuses for good, or patience ends (StoreUnavailableError). */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** Patience until `deadline`, which is asked again before each further try: it may move. */
  until(deadline: () => EpochMs): Retry;
}

const FIRST_PAUSE_MS = 20;
const PAUSE_MAX_MS = 1_000;

/**
 * Retries throttling, server errors and lost connections with full-jitter back-off.
 * @param patienceMs how long in all, milliseconds
 */
export function createRetry(clock: Clock, ids: Ids, patienceMs = 10_000): Retry {
  const lasting = (deadline?: () => EpochMs): Retry => ({
    async run(call) {
      const usualEnd = clock.now() + patienceMs;
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await call();
        } catch (error) {
          if (!isTransient(error)) throw error;
          const pause = ids.random() * Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** attempt);
          if (clock.now() + pause > (deadline?.() ?? usualEnd)) {
            throw new StoreUnavailableError(
              `AWS did not answer after ${attempt + 1} tries: ${describe(error)}`,
              { cause: error },
            );
          }
          await new Promise<void>((resolve) => clock.after(pause, resolve));
        }
      }
    },
    until: lasting,
  });
  return lasting();
}

const TRANSIENT_NAMES = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "InternalServerError",
  "InternalFailure",
  "ServiceUnavailable",
  "TimeoutError",
]);
const TRANSIENT_CODES = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** Whether the same call may be answered when it is made again. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as Error & {
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return (
    TRANSIENT_NAMES.has(error.name) ||
    (code !== undefined && TRANSIENT_CODES.has(code)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}

/** What AWS says of a request that it has read and will not carry out, now or later. */
const REFUSAL_NAMES = new Set([
  "AccessDeniedException",
  "ItemCollectionSizeLimitExceededException",
  "ResourceNotFoundException",
  "SerializationException",
  "ValidationException",
]);

/** Whether AWS refused the request itself, so that the same one fails the same way for ever. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && REFUSAL_NAMES.has(error.name);

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
