import { appendFileSync } from "node:fs";

/** One request, as a line of JSON in the access log. */
export interface AccessLine {
  /** Arrival, ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The request's `Idempotency-Key` header. */
  readonly idempotencyKey: string | null;
  /** Status of the reply; null when the connection was cut instead. */
  readonly status: number | null;
}

/** Takes note of a request. */
export type AccessLog = (line: AccessLine) => void;

/**
 * Writes to `path`, or nowhere without one. The line is in the file when the call returns: written
 * before the reply, it is there for every request that was answered, even when the process is
 * killed right after.
 *
 * @throws Error of `node:fs` when the file cannot be written.
 */
export function openAccessLog(path: string | undefined): AccessLog {
  return path === undefined
    ? () => undefined
    : (line) => appendFileSync(path, `${JSON.stringify(line)}\n`);
}
