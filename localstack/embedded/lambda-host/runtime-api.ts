import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { EpochMs } from "../../../lambda/core/clock.ts";
import { isFromLoopbackProgram, listen } from "../loopback.ts";
import { readBody } from "../read-body.ts";
import { isFields } from "../sqs/request-fields.ts";

/** An event on its way to a handler. */
interface RuntimeEvent {
  readonly requestId: string;
  /** The event, JSON. */
  readonly payload: string;
  readonly deadline: EpochMs;
  readonly functionArn: string;
}

/** What a runtime says to its Runtime API. */
interface RuntimeListener {
  /** It asks for its next event, and waits until it is given one. */
  ready(): void;
  responded(requestId: string, payload: string): void;
  /** The handler failed. */
  failed(requestId: string, error: RuntimeError): void;
  /** The function's code could not be loaded. */
  initFailed(error: RuntimeError): void;
}

/** An error as a runtime reports it. */
export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** The Runtime API of one function process. */
export interface RuntimeApi {
  /** Host and port on which it listens. */
  readonly address: string;
  /** Says who is told what the runtime says; nothing is said before the process has started. */
  listen(listener: RuntimeListener): void;
  /** Gives the event that the runtime asked for. */
  give(event: RuntimeEvent): void;
  close(): void;
}

/** Longest answer of a synchronous invocation (Lambda quotas). */
const RESPONSE_MAX_BYTES = 6_291_556;
const INVOCATION = "/2018-06-01/runtime/invocation/";
const NEXT = `${INVOCATION}next`;
const INIT_ERROR = "/2018-06-01/runtime/init/error";

/**
 * Opens the Runtime API for one function process on a loopback port of its own (Lambda developer
 * guide, "Using the Lambda runtime API"). Its connection is never closed while both sides live: that
 * is how a process learns that its supervisor has ended.
 */
export async function openRuntimeApi(): Promise<RuntimeApi> {
  let listener: RuntimeListener | undefined;
  let waiting: ServerResponse | undefined;
  let port = 0;
  const server = createServer({ noDelay: true, keepAliveTimeout: 0, requestTimeout: 0 });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = "" } = request;
    if (!isFromLoopbackProgram(request, port)) return answer(response, 403);
    if (method === "GET" && url === NEXT) {
      waiting = response;
      return listener?.ready();
    }
    const read = await readBody(request, RESPONSE_MAX_BYTES);
    const body = "text" in read ? read.text : undefined;
    if (method !== "POST") return answer(response, 405);
    if (url === INIT_ERROR) listener?.initFailed(errorFrom(body));
    else if (url.endsWith("/response")) respond(idOf(url), body);
    else if (url.endsWith("/error")) listener?.failed(idOf(url), errorFrom(body));
    else return answer(response, 404);
    answer(response, 202);
  }

  function respond(requestId: string, body: string | undefined): void {
    if (body !== undefined) return listener?.responded(requestId, body);
    listener?.failed(requestId, {
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: `Response payload size exceeded maximum allowed payload size (${RESPONSE_MAX_BYTES} bytes).`,
    });
  }

  server.on("request", (request, response) => {
    handle(request, response).catch(() => request.destroy());
  });
  port = await listen(server, 0);
  return {
    address: `127.0.0.1:${port}`,
    listen(toTell) {
      listener = toTell;
    },
    give({ requestId, deadline, functionArn, payload }) {
      waiting?.writeHead(200, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(payload),
        "lambda-runtime-aws-request-id": requestId,
        "lambda-runtime-deadline-ms": String(deadline),
        "lambda-runtime-invoked-function-arn": functionArn,
      });
      waiting?.end(payload);
      waiting = undefined;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-length": 0 });
  response.end();
}

const idOf = (url: string): string => url.slice(INVOCATION.length, url.lastIndexOf("/"));

function errorFrom(body: string | undefined): RuntimeError {
  const error: unknown = JSON.parse(body ?? "{}");
  const { errorType, errorMessage } = isFields(error) ? error : {};
  return {
    errorType: typeof errorType === "string" ? errorType : "Runtime.Unknown",
    errorMessage: typeof errorMessage === "string" ? errorMessage : "the runtime gave no message",
  };
}
