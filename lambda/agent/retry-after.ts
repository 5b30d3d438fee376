/** What a server sent to say when to come back. */
export interface RetryHeaders {
  get(name: string): string | null;
}

/** A pause longer than this is cut to it: beyond an hour the header is more likely a mistake. */
const PAUSE_MAX_MS = 3_600_000;

/**
 * The pause a server asks for, in milliseconds, or its date (RFC 9110, 10.2.3). The header
 * `retry-after-ms` is OpenAI's own and comes first, as in its SDK.
 * @returns undefined when neither header can be read
 */
export function retryAfterOf(headers: RetryHeaders): number | Date | undefined {
  const ms = numberIn(headers.get("retry-after-ms"));
  if (ms !== undefined) return Math.min(ms, PAUSE_MAX_MS);
  const text = headers.get("retry-after");
  const seconds = numberIn(text);
  if (seconds !== undefined) return Math.min(seconds * 1_000, PAUSE_MAX_MS);
  // What is no date for HTTP may still be one for JavaScript: "-5" is in May 2001.
  const date = new Date(text?.endsWith("GMT") ? text : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function numberIn(text: string | null): number | undefined {
  return text !== null && /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}
