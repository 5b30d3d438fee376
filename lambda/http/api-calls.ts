import { type BulkAction, type BulkActions, type BulkPage, bulkPages } from "../core/bulk.ts";
import type { RecordedHistory } from "../core/recorded-history.ts";
import { isPossibleRunId } from "../core/run-id.ts";
import { InvalidArgumentError } from "../core/savepoint-error.ts";
import { ApiReplyError } from "./api-error.ts";
import type { Transport } from "./transport.ts";
import {
  bulkSchema,
  completedSchema,
  exportSchema,
  historySchema,
  namedSchema,
  type Operation,
  pageSchema,
  type Run,
  type RunPage,
  runSchema,
  type Standing,
  standingSchema,
} from "./wire.ts";

/** Which runs to list; what is undefined is left out. */
export interface RunFilter {
  /** Any of these. */
  readonly workflow?: readonly string[] | undefined;
  /** Any of these. */
  readonly status?: readonly string[] | undefined;
  /** Started at or after this, milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Started before this. */
  readonly until?: number | undefined;
  /** Children of this run. */
  readonly parent?: string | undefined;
  readonly attribute?: Readonly<Record<string, string>> | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** How a run is started; what is undefined is left out. */
export interface StartRequest {
  readonly id: string;
  readonly input: unknown;
  readonly timeout?: string | number | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** How a run is forked; what is undefined is left out. */
export interface ForkRequest {
  readonly id: string;
  readonly from?: string | undefined;
  readonly timeout?: string | number | undefined;
  readonly input?: unknown;
}

/** How a client waits for the end of a run. */
export interface Wait {
  /** 1 to 20; 0 asks how it stands. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** What can be done to a run that is there. */
export type RunAction = "cancel" | "terminate" | "pause" | "resume";

/**
 * The routes of the HTTP API. Each method throws what `Transport.send` does, and InvalidArgumentError for an
 * id or name that cannot be one.
 */
export interface ApiCalls {
  /**
   * Starts a run, or joins the one of that id.
   * @returns `isNew` is false when it was there before
   */
  start(workflow: string, request: StartRequest): Promise<Standing & { readonly isNew: boolean }>;
  /** Sends an event into a run, once however often with the same key. */
  send(
    id: string,
    event: string,
    message: { readonly value: unknown; readonly key: string },
  ): Promise<void>;
  /** Completes a callback token, once however often with the same key. */
  complete(
    token: string,
    completion: { readonly value: unknown; readonly key: string },
  ): Promise<void>;
  /** Does something to a run, and tells how it stands then. */
  control(
    id: string,
    action: RunAction,
    details: { readonly reason?: string | undefined },
  ): Promise<Standing>;
  /** Starts a new run from a copy of what a run has recorded. */
  fork(id: string, request: ForkRequest): Promise<Standing>;
  /** Deletes a run, and its own children if told so. */
  delete(id: string, options: { readonly children: boolean }): Promise<void>;
  /**
   * A run with its values.
   * @param wait has the API wait for its end first: how long, and what aborts that
   */
  run(id: string, wait?: Wait): Promise<Run>;
  /** The same; undefined when there is none of that id. */
  findRun(id: string): Promise<Run | undefined>;
  /** What the run has recorded. */
  history(id: string): Promise<readonly Operation[]>;
  /** Everything that the run has recorded. */
  export(id: string): Promise<RecordedHistory>;
  /** One page of runs, newest first. */
  list(filter: RunFilter): Promise<RunPage>;
  /** Does something to all runs that a filter lets through, and tells page by page what came of it. */
  bulk<Action extends BulkAction>(
    action: Action,
    filter: Omit<RunFilter, "limit" | "cursor">,
    options: BulkActions[Action],
  ): AsyncIterable<BulkPage>;
}

/** Runs of one request that does something to many. */
const BULK_PAGE = 200;

/** The API over a transport. */
export function apiCalls(transport: Transport): ApiCalls {
  const run = async (id: string, { seconds, signal }: Wait = { seconds: 0 }): Promise<Run> => {
    const query = seconds > 0 ? { wait: seconds } : {};
    return (await transport.send({ path: runPath(id), query, reply: runSchema }, signal)).body;
  };
  return {
    async start(workflow, body) {
      const path = workflowPath(workflow);
      const reply = await transport.send({ method: "POST", path, body, reply: standingSchema });
      return { ...reply.body, isNew: reply.status === 202 };
    },
    async send(id, event, { value, key }) {
      const path = `${runPath(id)}/events/${eventPart(event)}`;
      const request = { path, body: value, idempotencyKey: key, reply: namedSchema };
      await transport.send({ method: "POST", ...request });
    },
    async complete(token, { value, key }) {
      const path = tokenPath(token);
      const request = { path, body: value, idempotencyKey: key, reply: completedSchema };
      await transport.send({ method: "POST", ...request, shownPath: "/tokens/{token}" });
    },
    async control(id, action, body) {
      const path = `${runPath(id)}/${action}`;
      const request = { path, body, reply: standingSchema, isAct: true };
      return (await transport.send({ method: "POST", ...request })).body;
    },
    async fork(id, body) {
      const path = `${runPath(id)}/fork`;
      return (await transport.send({ method: "POST", path, body, reply: standingSchema })).body;
    },
    async delete(id, { children }) {
      const query = children ? { children: "true" } : {};
      let isRepeated = false;
      const onRepeat = () => void (isRepeated = true);
      const request = { path: runPath(id), query, reply: namedSchema, onRepeat };
      try {
        await transport.send({ method: "DELETE", ...request });
      } catch (error) {
        // Deleted by the try whose reply was lost.
        if (!isRepeated || !isNoRun(error)) throw error;
      }
    },
    run,
    async findRun(id) {
      if (!isPossibleRunId(id)) return undefined;
      try {
        return await run(id);
      } catch (error) {
        if (isNoRun(error)) return undefined;
        throw error;
      }
    },
    async history(id) {
      const { body } = await transport.send({
        path: `${runPath(id)}/history`,
        reply: historySchema,
      });
      return body.operations;
    },
    export: (id) => exportRun(transport, id),
    async list(filter) {
      const query = listQuery(filter);
      return (await transport.send({ path: "/runs", query, reply: pageSchema })).body;
    },
    bulk: (...asked) => bulkRuns(transport, ...asked),
  };
}

const isNoRun = (error: unknown): boolean =>
  (error as { readonly code?: unknown }).code === "run_not_found";

function listQuery({ attribute = {}, ...filter }: RunFilter) {
  const pairs = Object.entries(attribute).map(([name, value]) => `${name}:${value}`);
  return { ...filter, attribute: pairs };
}

function bulkRuns(
  transport: Transport,
  ...[action, filter, options]: Parameters<ApiCalls["bulk"]>
): AsyncIterable<BulkPage> {
  const { dryRun, idempotencyKey, ...body }: BulkActions["fork"] = options;
  const request = {
    method: "POST",
    path: `/bulk/${action}`,
    body,
    reply: bulkSchema,
    // A fork has its key.
    isAct: action !== "fork",
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  } as const;
  const chosen = { ...listQuery(filter), ...(dryRun === true && { dryRun: "true" }) };
  return bulkPages(async (cursor) => {
    const query = { ...chosen, limit: BULK_PAGE, cursor };
    return (await transport.send({ ...request, query })).body;
  });
}

async function exportRun(transport: Transport, id: string): Promise<RecordedHistory> {
  const path = `${runPath(id)}/export`;
  const page = async (cursor?: string) =>
    (await transport.send({ path, query: { cursor }, reply: exportSchema })).body;
  const { format, run, ...begun } = await page();
  if (!run) throw new ApiReplyError(`${path} answered a first page without the run`);
  const operations = [...begun.operations];
  for (let { next } = begun; next !== undefined;) {
    const more = await page(next);
    operations.push(...more.operations);
    ({ next } = more);
  }
  return { format, run, operations } as RecordedHistory;
}

/** Path of a run. Refuses what cannot be one, as `..`, which would lead elsewhere. */
function runPath(id: string): string {
  if (isPossibleRunId(id)) return `/runs/${encodeURIComponent(id)}`;
  throw new InvalidArgumentError(`there is no run "${id}": that is not a run id`);
}

/** Path of a token, which no message shows. */
function tokenPath(token: string): string {
  if (/^[\w-]+\.[\w-]+$/.test(token)) return `/tokens/${token}`;
  throw new InvalidArgumentError("that is not a token; give it as the run has handed it out");
}

function eventPart(name: string): string {
  if (!/^\.{0,2}$/.test(name)) return encodeURIComponent(name);
  throw new InvalidArgumentError(`"${name}" is not a name for an event`);
}

function workflowPath(name: string): string {
  if (!/^\.{0,2}$/.test(name)) return `/runs/${encodeURIComponent(name)}`;
  throw new InvalidArgumentError(`there is no workflow "${name}"`);
}
