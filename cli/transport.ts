import type { Clock } from "../lambda/core/clock.ts";
import { type ApiReply, type ApiRequest, sendRequest } from "./api-request.ts";
import { ApiError, ApiUnreachableError } from "./cli-error.ts";
import type { Connection } from "./connection.ts";
import { pause } from "./pause.ts";

/** Sends requests to the API over a connection. */
export interface Transport {
  /**
   * Makes a request, again and again while nobody answers.
   * @throws ApiError when the API refuses it, ApiUnreachableError when nobody answers however often
   * it is tried, CliError when the reply makes no sense, Interruption
   */
  send<Reply>(request: ApiRequest<Reply>): Promise<ApiReply<Reply>>;
}

/** Pauses between the tries of a request, milliseconds. */
const PAUSES_MS = [100, 300, 1_000, 2_000, 4_000] as const;
// Lambda is throttled or its process died: the next try can do better.
const PASSING_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * A transport over HTTP.
 * @param signal aborts what is under way
 */
export function httpTransport(
  connection: Connection,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Transport {
  // Before the first answer, a wrong address is likelier than an API that is gone for a moment.
  let hasAnswered = false;
  return {
    async send(request) {
      for (let tries = 0; ; tries += 1) {
        try {
          const reply = await sendRequest(connection.address(), request, signal);
          hasAnswered = true;
          return reply;
        } catch (error) {
          signal.throwIfAborted();
          const pauseMs = PAUSES_MS[tries];
          if (pauseMs === undefined || !hasAnswered || !isPassing(error)) throw error;
          await pause(clock, pauseMs, signal);
          if (error instanceof ApiUnreachableError) await connection.recover();
        }
      }
    },
  };
}

const isPassing = (error: unknown): boolean =>
  error instanceof ApiUnreachableError ||
  (error instanceof ApiError && PASSING_STATUSES.has(error.status));
