import { isPossibleRunId } from "../lambda/core/keys.ts";
import type { RecordedHistory } from "../lambda/core/recorded-history.ts";
import { historyPageSchema } from "../lambda/core/recorded-history-schema.ts";
import { ApiError, CliError } from "./cli-error.ts";
import { plainLine } from "./plain-text.ts";
import type { Transport } from "./transport.ts";
import {
  completedSchema,
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

/** Which runs to list. */
export interface RunFilter {
  /** Any of these. */
  readonly workflow?: readonly string[];
  /** Any of these. */
  readonly status?: readonly string[];
  /** Started at or after this, milliseconds since the epoch. */
  readonly since?: number;
  /** Started before this. */
  readonly until?: number;
  readonly attribute?: Readonly<Record<string, string>>;
  readonly limit?: number;
  readonly cursor?: string;
}

/** How a run is started; what is undefined is left out. */
export interface StartRequest {
  readonly id: string;
  readonly input: unknown;
  readonly timeout?: string | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** How a run is forked; what is undefined is left out. */
export interface ForkRequest {
  readonly id: string;
  readonly from?: string | undefined;
  readonly timeout?: string | undefined;
  readonly input?: unknown;
}

/** What can be done to a run that is there. */
export type RunAction = "cancel" | "terminate" | "pause" | "resume";

/** The HTTP API, as far as the command line uses it. Each method throws what `Transport.send` does. */
export interface ApiClient {
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
  control(id: string, action: RunAction, details: { readonly reason?: string }): Promise<Standing>;
  /** Starts a new run from a copy of what a run has recorded. */
  fork(id: string, request: ForkRequest): Promise<Standing>;
  /** Deletes a run, and its own children if told so. */
  delete(id: string, options: { readonly children: boolean }): Promise<void>;
  /** A run with its values. */
  run(id: string): Promise<Run>;
  /** The same; undefined when there is none of that id. */
  findRun(id: string): Promise<Run | undefined>;
  /** What the run has recorded. */
  history(id: string): Promise<readonly Operation[]>;
  /** Everything that the run has recorded. */
  export(id: string): Promise<RecordedHistory>;
  /** One page of runs, newest first. */
  list(filter: RunFilter): Promise<RunPage>;
}

/** The API over a transport. */
export function apiClient(transport: Transport): ApiClient {
  const run = async (id: string): Promise<Run> =>
    (await transport.send({ path: runPath(id), reply: runSchema })).body;
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
      return (await transport.send({ method: "POST", path, body, reply: standingSchema })).body;
    },
    async fork(id, body) {
      const path = `${runPath(id)}/fork`;
      return (await transport.send({ method: "POST", path, body, reply: standingSchema })).body;
    },
    async delete(id, { children }) {
      const query = children ? { children: "true" } : {};
      await transport.send({ method: "DELETE", path: runPath(id), query, reply: namedSchema });
    },
    run,
    async findRun(id) {
      if (!isPossibleRunId(id)) return undefined;
      try {
        return await run(id);
      } catch (error) {
        if (error instanceof ApiError && error.code === "run_not_found") return undefined;
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
    async export(id) {
      const path = `${runPath(id)}/export`;
      const page = async (cursor?: string) =>
        (await transport.send({ path, query: { cursor }, reply: historyPageSchema })).body;
      const { run: first, ...begun } = await page();
      if (!first) throw new CliError(`the API at ${path} sent a first page without the run`);
      const operations = [...begun.operations];
      for (let { next } = begun; next !== undefined;) {
        const more = await page(next);
        operations.push(...more.operations);
        ({ next } = more);
      }
      return { format: begun.format, run: first, operations };
    },
    async list({ attribute = {}, ...filter }) {
      const pairs = Object.entries(attribute).map(([name, value]) => `${name}:${value}`);
      const query = { ...filter, attribute: pairs };
      return (await transport.send({ path: "/runs", query, reply: pageSchema })).body;
    },
  };
}

/** Path of a run. Refuses what cannot be one, as `..`, which would lead elsewhere. */
function runPath(id: string): string {
  if (isPossibleRunId(id)) return `/runs/${encodeURIComponent(id)}`;
  throw new CliError(`there is no run "${plainLine(id)}": that is not a run id`);
}

/** Path of a token, which no message shows. */
function tokenPath(token: string): string {
  if (/^[\w-]+\.[\w-]+$/.test(token)) return `/tokens/${token}`;
  throw new CliError("that is not a token; give it as the run has handed it out");
}

function eventPart(name: string): string {
  if (!/^\.{0,2}$/.test(name)) return encodeURIComponent(name);
  throw new CliError(`"${name}" is not a name for an event`);
}

function workflowPath(name: string): string {
  if (!/^\.{0,2}$/.test(name)) return `/runs/${encodeURIComponent(name)}`;
  throw new CliError(`there is no workflow "${name}"`);
}
