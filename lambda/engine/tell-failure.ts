import { nameAndMessage } from "../core/attempt.ts";
import type { EpochMs } from "../core/clock.ts";
import { decodeValue } from "../core/codec.ts";
import { encodeError } from "../core/encode-error.ts";
import type { Execution } from "./execution.ts";
import type { Operation } from "./operation.ts";

/**
 * Whatever was thrown, as a log can take it: an error as it is recorded, with its first frames and its causes,
 * of anything else its type and text.
 */
export function loggableError(thrown: unknown): Error | { name: string; message: string } {
  // What was thrown may throw itself when it is looked at, or have no end; what is recorded does neither.
  const recorded = decodeValue(encodeError(thrown));
  return recorded instanceof Error ? recorded : nameAndMessage(thrown);
}

/**
 * Logs a failed attempt of a step, a rollback or a send, once it is recorded.
 * @param retryAt when the next attempt is made; undefined after the last one
 */
export function tellFailure(
  execution: Execution,
  { key, kind }: Operation,
  failed: { readonly attempt: number; readonly error: unknown; readonly retryAt?: EpochMs },
): void {
  const { attempt, error, retryAt } = failed;
  const isLast = retryAt === undefined;
  execution.log.warn(
    isLast ? `${kind} failed` : `attempt of a ${kind} failed; another one follows`,
    {
      step: key,
      attempt,
      ...(!isLast && { retryAt: new Date(retryAt).toISOString() }),
      error: loggableError(error),
    },
  );
}
