import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Clock, systemClock } from "../core/clock.ts";

/** A request of an AWS client that speaks one of the JSON protocols, as its handler is given it. */
interface Request {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Response {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** How long a call may take, milliseconds. */
export interface Timeouts {
  /** Until a new connection stands. */
  readonly connectMs: number;
  /** From the request to the last byte of its response. */
  readonly requestMs: number;
}

/** By itself the SDK waits for ever: one connection that goes nowhere would hold a lease with it. */
const TIMEOUTS: Timeouts = { connectMs: 2_000, requestMs: 5_000 };

/** Connections that one client keeps to one host; the SDK's own number. */
const SOCKETS_MAX = 50;

/**
 * The request handler of Savepoint's AWS clients: `new SQSClient({ requestHandler: httpHandler() })`.
 * It does what the SDK's own does for requests and responses that are small and whole, for about two
 * thirds of the processor time of a call; the benchmark shows both (docs/performance.md).
 */
export function httpHandler(timeouts: Timeouts = TIMEOUTS, clock: Clock = systemClock) {
  const options = { keepAlive: true, maxSockets: SOCKETS_MAX };
  const agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };
  return {
    metadata: { handlerProtocol: "http/1.1" },
    /** @throws TimeoutError, AbortError, or the error of the connection; TypeError for a body that is a stream */
    async handle(request: Request, { abortSignal }: { readonly abortSignal?: AbortSignal } = {}) {
      return { response: await send(request, { agents, timeouts, clock }, abortSignal) };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

interface Means {
  readonly agents: { readonly "http:": HttpAgent; readonly "https:": HttpsAgent };
  readonly timeouts: Timeouts;
  readonly clock: Clock;
}

function send(
  { protocol, hostname, port, path, method, headers, body }: Request,
  { agents, timeouts: { connectMs, requestMs }, clock }: Means,
  signal: AbortSignal | undefined,
): Promise<Response> {
  assertWhole(body);
  return new Promise((resolve, reject) => {
    const isSecure = protocol === "https:";
    const options = { host: hostname, port, path, method, headers, ...(signal && { signal }) };
    const sent = isSecure
      ? httpsRequest({ ...options, agent: agents["https:"] })
      : httpRequest({ ...options, agent: agents["http:"] });
    const end = (what: string, ms: number) => () => {
      failed(timeoutError(`${hostname} ${what} within ${ms} ms`));
      sent.destroy();
    };
    const cancel = clock.after(requestMs, end("has not answered", requestMs));
    const failed = (error: Error) => (cancel(), reject(error));
    sent.on("error", failed);
    sent.on("socket", (socket) => {
      if (!socket.connecting) return;
      const connected = clock.after(connectMs, end("was not reached", connectMs));
      socket.once("connect", connected);
      socket.once("close", connected);
    });
    sent.on("response", (response) => {
      response.on("error", failed);
      collect(response, (whole) => (cancel(), resolve(whole)));
    });
    sent.end(body);
  });
}

function assertWhole(body: unknown): asserts body is string | Uint8Array | undefined {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) return;
  throw new TypeError(
    "the body of a request is a stream; give the client a handler that sends them",
  );
}

const timeoutError = (message: string): Error =>
  Object.assign(new Error(message), { name: "TimeoutError" });

function collect(response: IncomingMessage, done: (whole: Response) => void): void {
  const chunks: Uint8Array[] = [];
  response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  response.on("end", () => {
    const headers = Object.entries(response.headers).map(([name, value = ""]) => [
      name,
      String(value),
    ]);
    done({
      statusCode: response.statusCode ?? 0,
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
    });
  });
}
