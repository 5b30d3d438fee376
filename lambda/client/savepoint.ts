import {
  type BulkAction,
  type BulkActions,
  type BulkPage,
  bulkPages,
  type BulkReport,
  wholeReport,
} from "../core/bulk.ts";
import { WorkflowNotFoundError } from "../core/errors.ts";
import { assertOptions } from "../core/known-options.ts";
import { assertWorkflow, type Workflow } from "../engine/workflow.ts";
import { bulkPage } from "./bulk.ts";
import { completeToken, type CompleteOptions } from "./complete-token.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { gatheredReads } from "./gathered-reads.ts";
import { list, LIMIT_MAX, type RunPage } from "./list.ts";
import { Pace } from "./pace.ts";
import { type RunHandle, runHandle } from "./run-handle.ts";
import { FILTER_OPTIONS, type ListOptions, type RunFilter } from "../core/run-filter.ts";
import { start, START_OPTIONS, type StartOptions } from "./start.ts";

/** A client of one deployment: starts runs and looks at them. */
export interface Savepoint {
  /**
   * Starts a run, or joins the one of that id when workflow and input are the same.
   * @throws InvalidArgumentError, ValidationError, RunConflictError, ValueTooLargeError,
   * ValueNotSerializableError
   */
  start<Given, Output>(
    workflow: Workflow<Given, Output>,
    input: NoInfer<Given>,
    options?: StartOptions,
  ): Promise<RunHandle<Output>>;
  /** The handle of a run; whether there is one shows when it is asked. */
  get<Output = unknown>(id: string): RunHandle<Output>;
  /**
   * Completes a callback token with a value, once.
   * @throws TokenInvalidError when it is wrong, used or expired, or its run has finished; MailboxFullError,
   * InvalidArgumentError, ValueTooLargeError, ValueNotSerializableError
   */
  completeToken(token: string, value: unknown, options?: CompleteOptions): Promise<void>;
  /** One page of runs, newest first. Throws InvalidArgumentError. */
  list(options?: ListOptions): Promise<RunPage>;
  /**
   * Cancels, resumes, forks or deletes all runs that a filter lets through, a few at a time. One that refuses
   * does not keep the others from it. What was interrupted is simply asked for again; forks are told apart
   * from new ones by `idempotencyKey`.
   * @param filter must name a workflow or a status
   * @throws InvalidArgumentError, StoreUnavailableError
   */
  bulk<Action extends BulkAction>(
    action: Action,
    filter: RunFilter,
    options?: BulkActions[Action],
  ): Promise<BulkReport>;
}

/** A client that knows the deployed workflows, and so can start them by name. */
export interface NamedSavepoint extends Savepoint {
  readonly workflows: ReadonlyMap<string, Workflow>;
  /**
   * Starts a run by its workflow's name.
   * @param options.isInternalId takes an id that only Savepoint itself may give, as `name@time`
   * @throws WorkflowNotFoundError, and what `start` throws
   */
  startByName(
    workflow: string,
    input: unknown,
    options?: StartOptions & { readonly isInternalId?: boolean },
  ): Promise<{ readonly run: RunHandle; readonly created: boolean }>;
  /**
   * One page of what `bulk` does, which takes some ten seconds at most unless single runs take longer.
   * @throws what `bulk` throws
   */
  bulkPage<Action extends BulkAction>(
    action: Action,
    filter: ListOptions,
    options: BulkActions[Action],
  ): Promise<BulkPage>;
}

/** Makes a client over a store and a hint queue. */
export function createSavepoint(
  given: ClientDependencies,
  workflows: ReadonlyMap<string, Workflow> = new Map(),
): NamedSavepoint {
  const lookAt = gatheredReads(given.store, given.clock);
  const deps = { ...given, lookAt, workflows };
  const pace = new Pace();
  const startRun = async <Output>(
    workflow: Pick<Workflow, "name" | "inputSchema">,
    input: unknown,
    options: StartOptions,
  ) => {
    const at = deps.clock.monotonic();
    const { meta, created } = await start(deps, workflow, input, options);
    const started = created ? { workflow: workflow.name, pace, at } : undefined;
    return { run: runHandle<Output>(deps, meta.id, started), created };
  };
  return {
    workflows,
    async start<Given, Output>(
      workflow: Workflow<Given, Output>,
      input: Given,
      options: StartOptions = {},
    ) {
      assertWorkflow("start", workflow);
      assertOptions("start", options, START_OPTIONS);
      return (await startRun<Output>(workflow, input, options)).run;
    },
    async startByName(name, input, options = {}) {
      const workflow = workflows.get(name);
      if (!workflow) {
        throw new WorkflowNotFoundError(
          `there is no workflow "${name}"; this deployment has ${[...workflows.keys()].join(", ") || "none"}`,
        );
      }
      return startRun(workflow, input, options);
    },
    get: <Output>(id: string) => runHandle<Output>(deps, id),
    completeToken: (token, value, options) => completeToken(deps, token, value, options),
    list: (options) => list(deps, options),
    bulkPage: (action, filter, options) => bulkPage(deps, action, filter, options),
    async bulk(action, filter, options = {}) {
      assertOptions("the filter of bulk", filter, FILTER_OPTIONS);
      const page = (cursor: string | undefined) =>
        bulkPage(
          deps,
          action,
          { ...filter, limit: LIMIT_MAX, ...(cursor !== undefined && { cursor }) },
          options,
        );
      return wholeReport(bulkPages(page));
    },
  };
}
