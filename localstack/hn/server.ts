import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Clock, systemClock } from "../../lambda/core/clock.ts";
import { type AccessLog, openAccessLog } from "./access-log.ts";
import { type Corpus, loadCorpus } from "./corpus.ts";
import { createRoutes, json, type Reply, type Routes } from "./routes.ts";

/** What to do to a request instead of, or before, answering it. */
export interface HnFault {
  /** Answer with this status and an error in the API's form; without it, the true answer. */
  readonly status?: number;
  /** Added to the reply's headers, for example `{"retry-after": "1"}`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Wait so long before answering, milliseconds of the simulator's clock (default 0). */
  readonly delayMs?: number;
  /** Cut the connection without an answer. */
  readonly destroy?: boolean;
}

/**
 * Decides what goes wrong. Called once for each request that is not refused.
 *
 * @param index Which request it is since the start, from 0.
 * @param url Path and query.
 * @returns undefined to answer as usual.
 */
export type HnFaultPlan = (index: number, url: string) => HnFault | undefined;

/** How to start the simulator. */
export interface HnSimulatorOptions {
  /** Port on 127.0.0.1; a fixed one keeps links in reports alive (default 0: any free one). */
  readonly port?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** File to which a JSON line is appended per request, before its reply (default: none). */
  readonly accessLog?: string;
  /** Default: nothing goes wrong. */
  readonly faults?: HnFaultPlan;
  /** Default: the sample corpus of this folder. */
  readonly corpus?: Corpus;
}

/** A running simulator. */
export interface HnSimulator {
  /** Base URL of the API, in place of `https://hn.algolia.com/api/v1`. */
  readonly url: string;
  /** Origin of the viewer: an item is at `<viewerUrl>/item?id=…`. */
  readonly viewerUrl: string;
  /** Ends open connections and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a simulator of the Hacker News search API over the sample corpus, with a viewer for its
 * items, on the loopback interface only. It reads and never changes anything, and answers neither a
 * foreign `Host` (DNS rebinding) nor a foreign `Origin`.
 *
 * @throws Error when the port is taken or the corpus or access log cannot be opened.
 */
export async function startHnSimulator(options: HnSimulatorOptions = {}): Promise<HnSimulator> {
  const clock = options.clock ?? systemClock;
  const routes = createRoutes(options.corpus ?? loadCorpus(), () => clock.monotonic());
  const log = openAccessLog(options.accessLog);
  const faults = options.faults ?? (() => undefined);
  let nextIndex = 0;
  const server = createServer((request, response) => {
    const refusal = refuse(request);
    let fault: HnFault | undefined;
    if (refusal === undefined) {
      fault = faults(nextIndex, request.url ?? "");
      nextIndex += 1;
    }
    answer({
      request,
      response,
      reply: refusal ?? reply(routes, request, fault),
      fault,
      clock,
      log,
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const viewerUrl = `http://127.0.0.1:${portOf(server)}`;
  return {
    url: `${viewerUrl}/api/v1`,
    viewerUrl,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error(`The simulator listens on ${String(address)}, not on a TCP port.`);
  }
  return address.port;
}

function answer(exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly reply: Reply;
  readonly fault: HnFault | undefined;
  readonly clock: Clock;
  readonly log: AccessLog;
}): void {
  const { request, response, reply: prepared, fault, clock, log } = exchange;
  const key = request.headers["idempotency-key"];
  log({
    time: new Date(clock.now()).toISOString(),
    method: request.method ?? "",
    url: request.url ?? "",
    idempotencyKey: typeof key === "string" ? key : null,
    status: fault?.destroy === true ? null : prepared.status,
  });
  const finish = (): void => {
    if (fault?.destroy === true) {
      request.socket.destroy();
      return;
    }
    response.writeHead(prepared.status, { ...prepared.headers, ...fault?.headers });
    response.end(prepared.body);
  };
  if (fault?.delayMs === undefined) {
    finish();
    return;
  }
  response.on("close", clock.after(fault.delayMs, finish));
}

function reply(routes: Routes, request: IncomingMessage, fault: HnFault | undefined): Reply {
  if (fault?.status !== undefined) {
    return json(fault.status, { message: `injected fault ${fault.status}`, status: fault.status });
  }
  const url = `http://127.0.0.1${request.url ?? "/"}`;
  return URL.canParse(url)
    ? routes(new URL(url))
    : json(400, { message: `"${request.url ?? ""}" is not a path and query`, status: 400 });
}

/** Refuses what no client of the API or the viewer sends. */
function refuse(request: IncomingMessage): Reply | undefined {
  const { host = "", origin } = request.headers;
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/u.test(host)) {
    return json(403, { message: `Host "${host}" is not 127.0.0.1 or localhost`, status: 403 });
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return json(403, { message: `Origin "${origin}" is not this server's own`, status: 403 });
  }
  if (request.method !== "GET") {
    const message = `${request.method ?? ""} is not allowed, only GET`;
    return { ...json(405, { message, status: 405 }), headers: { allow: "GET" } };
  }
  return undefined;
}
