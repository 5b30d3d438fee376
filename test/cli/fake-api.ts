import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { Operation, Run } from "../../lambda/http/wire.ts";

/** How a run stands at one look. */
export interface Snapshot {
  readonly run: Run;
  readonly operations: readonly Operation[];
}

/** A request that came. */
interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly token: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
}

/** What a test answers itself; undefined leaves the request to the fake. */
type Answer = { readonly status: number; readonly body: unknown } | "hang" | "cut" | undefined;

/** An API on loopback that shows runs as scripted. */
export interface FakeApi {
  readonly url: string;
  /** Requests that came, in order. */
  readonly requests: SeenRequest[];
  /** Each run's looks; a further `GET /runs/{id}` moves to the next, the last one stays. */
  readonly runs: Map<string, Snapshot[]>;
  /** The looks of a run that is newly started, whatever its id. */
  fresh: readonly Snapshot[];
  /** What it tells that it runs, when it is asked as a stack. */
  config?: string;
  /** Where it tells that the variables of its workflows are from. */
  envFile?: string | undefined;
  /** Stands in front of the scripted runs. */
  intercept: (request: SeenRequest) => Answer;
  close(): Promise<void>;
}

/** Process id that the fake tells on its control route: of one that lives. */
export const FAKE_PID = process.pid;

/** Starts a fake API, of a stack when asked on its control routes. */
export async function startFakeApi(): Promise<FakeApi> {
  const runs = new Map<string, Snapshot[]>();
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const api: FakeApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    runs,
    fresh: [],
    intercept: () => undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const body = method === "POST" ? await json(request) : undefined;
    const idempotencyKey = headers["idempotency-key"]?.toString();
    const { authorization } = headers;
    const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    const seen = { method, url, body, authorization, token, idempotencyKey };
    requests.push(seen);
    const answer = api.intercept(seen) ?? scripted(api, seen);
    if (answer === "hang") return;
    if (answer === "cut") {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body));
  }
  return api;
}

function scripted(api: FakeApi, { method, url, body }: SeenRequest): Exclude<Answer, undefined> {
  const path = decodeURIComponent(url.split("?")[0] ?? "");
  if (path === "/__savepoint/info") {
    const { config, envFile } = api;
    const started = new Date(BEGAN).toISOString();
    const facts = { pid: FAKE_PID, viewerUrl: "http://127.0.0.1:1/", started };
    return { status: 200, body: { ...facts, config, envFile } };
  }
  if (path.startsWith("/__savepoint/")) return { status: 200, body: {} };
  if (method === "POST") return started(api, body as { id: string });
  const { runs } = api;
  if (path === "/runs") {
    return { status: 200, body: { runs: [...runs.values()].map(([first]) => first?.run) } };
  }
  const [, , id = "", part] = path.split("/");
  const looks = runs.get(id);
  const [now] = looks ?? [];
  if (!looks || !now) return failure(404, "run_not_found", `there is no run "${id}"`);
  if (part === "history") {
    const { operations } = now;
    if (looks.length > 1) looks.shift();
    return { status: 200, body: { operations } };
  }
  return { status: 200, body: now.run };
}

function started({ runs, fresh }: FakeApi, { id }: { id: string }): Exclude<Answer, undefined> {
  const there = runs.get(id)?.[0];
  if (there) return { status: 200, body: { id, status: there.run.status } };
  runs.set(
    id,
    fresh.map(({ run, operations }) => ({ run: { ...run, id }, operations })),
  );
  return { status: 202, body: { id, status: "queued" } };
}

/** An error as the API words it. */
export const failure = (
  status: number,
  code: string,
  message: string,
  details?: unknown,
): { status: number; body: unknown } => ({
  status,
  body: { error: { code, message, details } },
});

/** When the runs of these tests began. */
export const BEGAN = Date.UTC(2026, 0, 1);

/** A run as the API shows it. */
export const runOf = (facts: Partial<Run> & Pick<Run, "id">): Run => ({
  workflow: "research",
  status: "running",
  startedAt: BEGAN,
  epoch: 1,
  recoveries: 0,
  input: { topic: "durable execution" },
  output: undefined,
  error: undefined,
  activity: [],
  ...facts,
});

/** A step that took 120 ms, as the API shows it. */
export const stepOf = (facts: Partial<Operation> & Pick<Operation, "key">): Operation => ({
  kind: "step",
  state: "succeeded",
  startedAt: BEGAN + 10,
  endedAt: BEGAN + 130,
  attempts: 1,
  errors: [],
  bytes: 20,
  ...facts,
});
