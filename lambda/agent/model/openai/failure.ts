import { APIConnectionError, APIError, OpenAIError } from "openai";
import { RetryAfterError, TerminalError } from "../../../index.ts";
import { NO_KEY } from "../../configuration.ts";
import { retryAfterOf } from "../../retry-after.ts";

/** Statuses after which the same request can only fail again. */
const HOPELESS = new Set([400, 401, 403, 404, 413, 422]);
/** Codes that say the same, whatever the status ("Error codes", OpenAI's API documentation). */
const HOPELESS_CODES = new Set([
  "insufficient_quota",
  "billing_hard_limit_reached",
  "context_length_exceeded",
  "invalid_api_key",
  "model_not_found",
]);

/** Stands for the key where a server has quoted it. */
const HIDDEN = "(the key)";

/** What is said about who asks quotes the key, in part by OpenAI, in full perhaps by others. */
const ABOUT_THE_KEY = new Set([401, 403]);

/**
 * The error a step ends its attempt with, for what the SDK threw. It is recorded, and shown to whoever may
 * look at the run: the key is not in it, whatever the server says.
 * @param apiKey what the request was made with
 * @returns TerminalError for what no retry can help; RetryAfterError when the server said when to
 * come back; else an Error, which is retried: 408, 409, 429, 5xx, timeouts, broken connections
 */
export function toStepError(error: unknown, signal: AbortSignal, apiKey: string | null): unknown {
  // The engine ends the step by its own rule when it aborted the call.
  if (signal.aborted) return signal.reason;
  if (!(error instanceof OpenAIError)) return error;
  if (error instanceof APIConnectionError || !(error instanceof APIError)) {
    return new Error(`the model's server gave no answer: ${error.message}`, {
      cause: error.message,
    });
  }
  const { status, requestID } = error;
  const code = error.code && without(apiKey, error.code);
  const said = ABOUT_THE_KEY.has(status ?? 0) ? `${status}` : without(apiKey, error.message);
  const message = `the model's server answered ${said}`;
  const details = { status: status ?? null, code: code ?? null, requestId: requestID ?? null };
  if (HOPELESS.has(status ?? 0) || HOPELESS_CODES.has(code ?? "")) {
    return new TerminalError(`${message}; ${advice(status, code)}`, { details });
  }
  const retryAfter = error.headers && retryAfterOf(error.headers);
  if (retryAfter !== undefined) return new RetryAfterError(message, { retryAfter, details });
  return new Error(message);
}

/** Servers that take requests without a key are sent a word in its place, which is no secret. */
const without = (apiKey: string | null, text: string): string =>
  apiKey === null || apiKey === NO_KEY ? text : text.replaceAll(apiKey, HIDDEN);

function advice(status: number | undefined, code: string | null | undefined): string {
  if (code === "insufficient_quota" || code === "billing_hard_limit_reached") {
    return "add credit to the account of OPENAI_API_KEY";
  }
  if (status === 401 || status === 403) return "check OPENAI_API_KEY and what it may use";
  if (status === 404) return "check the model's name, OPENAI_BASE_URL and the input's model.api";
  return "the request itself is refused, another try would be, too";
}
