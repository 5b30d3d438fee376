import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Clock } from "../../lambda/core/clock.ts";
import type { Log } from "../../lambda/core/log.ts";
import { refusalOf } from "./admission.ts";
import { type Control, CONTROL_PREFIX, controlAnswer } from "./control-routes.ts";
import type { Invoke } from "./lambda-host/invocation.ts";
import { listen } from "./loopback.ts";
import { shownUrl, targetOf, tokenIn } from "./api-resources.ts";
import { proxyEvent } from "./proxy-event.ts";
import { errorAnswer, type HttpAnswer, proxyAnswer } from "./proxy-response.ts";
import { readBody } from "./read-body.ts";

/** What stands behind the front. */
export interface FrontOptions {
  readonly invoke: Invoke;
  readonly control: Control;
  /** Must be in the header `x-savepoint-token` of every request, or be its bearer token. */
  readonly token: string;
  /** Where its owner finds it: absolute path of `stack.json`. */
  readonly tokenFile: string;
  /** Whether callback tokens are completed without that header; by default they are not. */
  readonly publicTokens?: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** Port on 127.0.0.1; any free one by default. */
  readonly port?: number;
}

/** A listening front. */
export interface Front {
  /** Base URL of the API, without a slash at its end. */
  readonly url: string;
  /** Whether a request is in progress, or came since this was last asked. */
  readonly isBusy: () => boolean;
  /** Ends open connections and stops listening. */
  readonly close: () => void;
}

/** Largest request of a synchronous invocation (Lambda quotas). */
const BODY_MAX_BYTES = 6 * 1024 * 1024;

/** Methods that reach a function (API Gateway developer guide, "Set up a method"). */
const METHODS = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

const refusedBody = (refused: "too long" | "not UTF-8"): HttpAnswer =>
  refused === "too long"
    ? errorAnswer(413, "body_too_large", `the body exceeds ${BODY_MAX_BYTES} bytes`)
    : errorAnswer(400, "bad_json", "the body is not UTF-8; send JSON in UTF-8");

/** API Gateway's place: turns HTTP requests on a loopback port into invocations of the function `api`. */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { invoke, control, token, tokenFile, publicTokens = false, clock, log, newId } = options;
  const server = createServer();
  let port = 0;
  let open = 0;
  let isUsed = false;

  async function answerTo(request: IncomingMessage): Promise<HttpAnswer> {
    const callback = publicTokens ? tokenIn(request) : undefined;
    const refusal = refusalOf(
      request,
      port,
      callback === undefined ? { token, tokenFile } : undefined,
    );
    if (refusal) return errorAnswer(refusal.status, refusal.code, refusal.message);
    const { method = "GET", url = "/" } = request;
    if (!METHODS.has(method)) {
      return errorAnswer(405, "method_not_allowed", `${method} is for nothing here`);
    }
    const read = await readBody(request, BODY_MAX_BYTES);
    if ("refused" in read) return refusedBody(read.refused);
    const body = read.text;
    if (url.startsWith(CONTROL_PREFIX)) return await controlAnswer(control, method, url, body);
    const facts = { requestId: newId(), now: clock.now(), target: targetOf(request, callback) };
    const event = proxyEvent(request, body, facts);
    return proxyAnswer(await invoke("api", event));
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      write(response, await answerTo(request));
    } catch (error) {
      log.error("a request could not be answered", { url: shownUrl(request), error });
      request.socket.destroy();
    }
  }

  server.on("request", (request, response) => {
    open++;
    isUsed = true;
    response.once("close", () => open--);
    void handle(request, response);
  });
  port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    isBusy() {
      const wasUsed = isUsed;
      isUsed = false;
      return wasUsed || open > 0;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function write(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
