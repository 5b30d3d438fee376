import * as z from "zod/mini";
import { ApiError, ApiReplyError, ApiUnreachableError } from "./api-error.ts";
import { jsonOrUndefined } from "./parse-json.ts";
import { failureSchema } from "./wire.ts";

/** Where the API is, and what opens it. */
export interface Address {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`; absent when the API asks for none. */
  readonly token?: string;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs each request just before it is sent. */
  readonly sign?: (request: Request) => Promise<Request>;
  /** Sends a request. Default: the platform's `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** A request to the API. */
export interface ApiRequest<Reply> {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Path below the base URL, its parts encoded. */
  readonly path: string;
  /** The path as messages show it, when it holds a secret. */
  readonly shownPath?: string;
  /** Parameters of the query; undefined ones are left out, lists given as often as they are long. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Names the request, so that it takes effect once however often it is made. */
  readonly idempotencyKey?: string;
  /**
   * Does something to runs as they are then: made again, it could hit one that has gone on meanwhile. Default: making
   * it twice does no harm, though the second may be refused.
   */
  readonly isAct?: boolean;
  /** Called before it is made again, when it may have taken effect already. */
  readonly onRepeat?: () => void;
  /** What a good reply looks like. */
  readonly reply: z.core.$ZodType<Reply>;
}

/** A good reply. */
export interface ApiReply<Body> {
  /** HTTP status. */
  readonly status: number;
  readonly body: Body;
}

/** How long a reply may take by itself, milliseconds: longer than the API waits on anything. */
const TIMEOUT_MS = 35_000;
/** Characters shown of a reply that makes no sense. */
const SHOWN = 200;

/**
 * Makes a request once.
 * @param timeoutMs how long the reply may take, milliseconds
 * @throws ApiError when the API refuses it, ApiUnreachableError when nobody answers in time, ApiReplyError
 * when the reply makes no sense
 */
export async function sendRequest<Reply>(
  address: Address,
  request: ApiRequest<Reply>,
  signal: AbortSignal | undefined,
  timeoutMs: number = TIMEOUT_MS,
): Promise<ApiReply<Reply>> {
  const { method = "GET", path, query = {}, reply, shownPath } = request;
  const url = new URL(address.url + path);
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) url.searchParams.append(name, String(one));
  }
  const timeout = AbortSignal.timeout(timeoutMs);
  const { status, text } = await exchange(
    address,
    new Request(url, {
      method,
      redirect: "error",
      headers: headersOf(address, request),
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    }),
  );
  const json = jsonOrUndefined(text);
  if (status >= 400) throw failureOf(status, json, text);
  const checked = z.safeParse(reply, json);
  if (checked.success) return { status, body: checked.data };
  const issues = checked.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ApiReplyError(
    `${url.origin} is no Savepoint API, or of another version: ${method} ${shownPath ?? url.pathname} answered ${status}: ${cut(text)}`,
    { details: { issues } },
  );
}

const headersOf = (
  { token, headers }: Address,
  { body, idempotencyKey }: ApiRequest<unknown>,
): Record<string, string> => ({
  ...headers,
  accept: "application/json",
  ...(token !== undefined && { authorization: `Bearer ${token}` }),
  ...(body !== undefined && { "content-type": "application/json" }),
  ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
});

async function exchange(
  { sign, fetch: send = fetch }: Address,
  unsigned: Request,
): Promise<{ status: number; text: string }> {
  const request = sign ? await sign(unsigned) : unsigned;
  try {
    const response = await send(request);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new ApiUnreachableError(
      `the API at ${new URL(unsigned.url).origin} does not answer: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

/** What fetch says is "fetch failed"; why is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ("code" in cause ? String(cause.code) : error.message);
}

function failureOf(status: number, json: unknown, text: string): ApiError {
  const failure = failureSchema.safeParse(json);
  if (!failure.success) {
    const message = `the API answered ${status}: ${cut(text) || "(nothing)"}`;
    return new ApiError(message, { status, code: "unknown" });
  }
  const { code, message, details } = failure.data.error;
  return new ApiError(message, { status, code, details });
}

const cut = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
