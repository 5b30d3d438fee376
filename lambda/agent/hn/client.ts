import type * as z from "zod";
import { RetryAfterError, TerminalError } from "../../index.ts";
import { retryAfterOf } from "../retry-after.ts";
import type { Endpoint } from "../configuration.ts";

/** What a step lends to the requests it makes. */
export interface RequestScope {
  /** Aborts the request with the step. */
  readonly signal: AbortSignal;
  /** Sent as `Idempotency-Key`. */
  readonly idempotencyKey: string;
}

/** The largest reply taken; a thread of 4,759 comments has 3.7 MB (dogsheep/hacker-news-to-sqlite#3). */
const REPLY_MAX_BYTES = 16 * 1024 * 1024;

/** Statuses after which the same request can only fail again. */
const HOPELESS = new Set([400, 401, 405, 410, 414, 422]);

/**
 * Asks the search API for one JSON document.
 * @param path path and query below the endpoint's base URL, beginning with `/`
 * @returns undefined for 404: there is no such item
 * @throws RetryAfterError when the server says when to come back; TerminalError for a request it will
 * never accept, a reply over 16 MB or of another form; Error, to be retried, for every other failure
 */
export async function getJson<T>(
  endpoint: Endpoint,
  path: string,
  schema: z.ZodType<T>,
  { signal, idempotencyKey }: RequestScope,
): Promise<T | undefined> {
  const url = endpoint.api + path;
  const response = await fetch(url, {
    signal,
    redirect: "error",
    headers: { accept: "application/json", "idempotency-key": idempotencyKey },
  }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new Error(`GET ${url} got no answer; is the server reachable?`, { cause });
  });
  if (response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  const body = await textOf(response, url);
  if (!response.ok) throw failureOf(response, url, body);
  return parse(body, url, schema);
}

async function textOf(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > REPLY_MAX_BYTES) {
      throw new TerminalError(
        `GET ${url}: the reply is over ${REPLY_MAX_BYTES} bytes; it is not read`,
      );
    }
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}

function failureOf(response: Response, url: string, body: string): Error {
  const message = `GET ${url} failed with status ${response.status}: ${body.slice(0, 200)}`;
  if (HOPELESS.has(response.status)) return new TerminalError(message);
  // 403 is how the API refuses an address that asked too often (10,000 requests an hour).
  const retryAfter = retryAfterOf(response.headers);
  return retryAfter === undefined
    ? new Error(message)
    : new RetryAfterError(message, { retryAfter });
}

function parse<T>(body: string, url: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    // Cut off, or a proxy's page in place of the reply: another try may get the real one.
    throw new Error(`GET ${url}: the reply is not JSON: ${body.slice(0, 200)}`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TerminalError(
    `GET ${url}: the reply has another form than expected: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
    { cause: parsed.error.message },
  );
}
