import { isPossibleRunId } from "../lambda/core/keys.ts";
import { ApiError, CliError } from "./cli-error.ts";
import { plainLine } from "./plain-text.ts";
import type { Transport } from "./transport.ts";
import {
  historySchema,
  type Operation,
  pageSchema,
  type Run,
  type RunPage,
  runSchema,
  type Started,
  startedSchema,
} from "./wire.ts";

/** Which runs to list. */
export interface RunFilter {
  readonly workflow?: string;
  readonly status?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** The HTTP API, as far as the command line uses it. Each method throws what `Transport.send` does. */
export interface ApiClient {
  /**
   * Starts a run, or joins the one of that id.
   * @returns `isNew` is false when it was there before
   */
  start(
    workflow: string,
    request: { readonly id: string; readonly input: unknown },
  ): Promise<Started & { readonly isNew: boolean }>;
  /** A run with its values. */
  run(id: string): Promise<Run>;
  /** The same; undefined when there is none of that id. */
  findRun(id: string): Promise<Run | undefined>;
  /** What the run has recorded. */
  history(id: string): Promise<readonly Operation[]>;
  /** One page of runs, newest first. */
  list(filter: RunFilter): Promise<RunPage>;
}

/** The API over a transport. */
export function apiClient(transport: Transport): ApiClient {
  const run = async (id: string): Promise<Run> =>
    (await transport.send({ path: runPath(id), reply: runSchema })).body;
  return {
    async start(workflow, { id, input }) {
      const { status, body } = await transport.send({
        method: "POST",
        path: workflowPath(workflow),
        body: { input, id },
        reply: startedSchema,
      });
      return { ...body, isNew: status === 202 };
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
    list: async (filter) =>
      (await transport.send({ path: "/runs", query: { ...filter }, reply: pageSchema })).body,
  };
}

/** Path of a run. Refuses what cannot be one, as `..`, which would lead elsewhere. */
function runPath(id: string): string {
  if (isPossibleRunId(id)) return `/runs/${encodeURIComponent(id)}`;
  throw new CliError(`there is no run "${plainLine(id)}": that is not a run id`);
}

function workflowPath(name: string): string {
  if (!/^\.{0,2}$/.test(name)) return `/runs/${encodeURIComponent(name)}`;
  throw new CliError(`there is no workflow "${name}"`);
}
