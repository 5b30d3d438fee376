import type { Clock } from "../core/clock.ts";
import { ApiError, ApiUnreachableError } from "./api-error.ts";
import { type Address, type ApiReply, type ApiRequest, sendRequest } from "./exchange.ts";
import { pause } from "./pause.ts";

/** A way to the API that can be found anew when it is lost. */
export interface Connection {
  /** Where the API is now. */
  address(): Address;
  /**
   * Looks for the API again after it did not answer. Returns once a further try makes sense.
   * @throws Error when none does
   */
  recover(): Promise<void>;
}

/** Sends requests to the API over a connection. */
export interface Transport {
  /**
   * Makes a request, again and again while nobody answers; one that acts on runs as they are then only while it
   * cannot have taken effect.
   * @param signal aborts it
   * @throws ApiError when the API refuses it, ApiUnreachableError when nobody answers however often
   * it is tried, ApiReplyError when the reply makes no sense, the signal's reason
   */
  send<Reply>(request: ApiRequest<Reply>, signal?: AbortSignal): Promise<ApiReply<Reply>>;
}

/** Pauses between the tries of a request, milliseconds. */
const PAUSES_MS = [100, 300, 1_000, 2_000, 4_000] as const;
// Lambda is throttled or its process died: the next try can do better.
const PASSING_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * A transport over HTTP.
 * @param options.signal aborts whatever is under way
 * @param options.isTrusted whether the address is right even before anybody has answered there; else a wrong
 * one is likelier than an API that is gone for a moment, and the first failure is the last
 */
export function httpTransport(
  connection: Connection,
  options: { readonly clock: Clock; readonly signal?: AbortSignal; readonly isTrusted: boolean },
): Transport {
  const { clock } = options;
  let hasAnswered = options.isTrusted;
  return {
    async send(request, own) {
      const signal = eitherOf(options.signal, own);
      for (let tries = 0; ; tries += 1) {
        signal?.throwIfAborted();
        try {
          const reply = await sendRequest(connection.address(), request, signal);
          hasAnswered = true;
          return reply;
        } catch (error) {
          signal?.throwIfAborted();
          const pauseMs = PAUSES_MS[tries];
          if (pauseMs === undefined || !hasAnswered || !isPassing(error)) throw error;
          if (mayHaveTakenEffect(error)) {
            if (request.isAct === true) throw error;
            request.onRepeat?.();
          }
          await pause(clock, pauseMs, signal);
          if (error instanceof ApiUnreachableError) await connection.recover();
        }
      }
    },
  };
}

const eitherOf = (one?: AbortSignal, other?: AbortSignal): AbortSignal | undefined =>
  one && other ? AbortSignal.any([one, other]) : (one ?? other);

/** What fetch says of a connection that was never there. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/;

/** Whether a request may have been carried out that has had no good reply. */
function mayHaveTakenEffect(error: unknown): boolean {
  if (error instanceof ApiError) return error.status !== 429;
  const { cause } = error as { readonly cause?: { readonly cause?: { readonly code?: unknown } } };
  return !NEVER_SENT.test(String(cause?.cause?.code));
}

const isPassing = (error: unknown): boolean =>
  error instanceof ApiUnreachableError ||
  (error instanceof ApiError && PASSING_STATUSES.has(error.status));
