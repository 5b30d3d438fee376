import type * as z from "zod";
import { ApiError, ApiUnreachableError, CliError } from "./cli-error.ts";
import type { Address } from "./connection.ts";
import { jsonOrUndefined } from "./parse-json.ts";
import { plainLine } from "./plain-text.ts";
import { failureSchema, issuesSchema } from "./wire.ts";

/** A request to the API. Making it twice does no harm, though the second may be refused. */
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
  /** What a good reply looks like. */
  readonly reply: z.ZodType<Reply>;
}

/** A good reply. */
export interface ApiReply<Body> {
  /** HTTP status. */
  readonly status: number;
  readonly body: Body;
}

/**
 * Makes a request once.
 * @param timeoutMs how long the reply may take, milliseconds (default 35,000: longer than the API
 * waits on anything)
 * @throws ApiError when the API refuses it, ApiUnreachableError when nobody answers in time, CliError
 * when the reply makes no sense
 */
export async function sendRequest<Reply>(
  { url: base, token }: Address,
  { method = "GET", path, query = {}, body, idempotencyKey, reply, shownPath }: ApiRequest<Reply>,
  signal: AbortSignal,
  timeoutMs = 35_000,
): Promise<ApiReply<Reply>> {
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) url.searchParams.append(name, String(one));
  }
  const { status, text } = await exchange(url, {
    method,
    redirect: "error",
    headers: {
      accept: "application/json",
      ...(token !== undefined && { "x-savepoint-token": token }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const json = jsonOrUndefined(text);
  if (status >= 400) throw failureOf(status, json, text);
  const checked = reply.safeParse(json);
  if (checked.success) return { status, body: checked.data };
  throw new CliError(`${url.origin} is no Savepoint API, or of another version`, {
    hints: [
      `${method} ${shownPath ?? url.pathname} answered ${status}: ${plainLine(text)}`,
      ...checked.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    ],
  });
}

async function exchange(url: URL, init: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new ApiUnreachableError(`the API at ${url.origin} does not answer: ${reasonOf(error)}`, {
      cause: error,
    });
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
    return new ApiError(`the API answered ${status}: ${plainLine(text) || "(nothing)"}`, {
      status,
      code: "unknown",
    });
  }
  const { code, message, details } = failure.data.error;
  const { issues = [] } = issuesSchema.safeParse(details).data ?? {};
  const hints = issues
    .filter((issue) => !message.includes(issue.message))
    .map((issue) => plainLine(`${issue.path || "input"}: ${issue.message}`));
  return new ApiError(plainLine(message, 2_000), { status, code, hints });
}
