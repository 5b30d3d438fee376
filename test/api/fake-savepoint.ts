import type { BulkPage } from "../../lambda/core/bulk.ts";
import type { RunDescription } from "../../lambda/client/describe-run.ts";
import type { HistoryEntry } from "../../lambda/client/describe-run.ts";
import type { RunControl } from "../../lambda/client/control-run.ts";
import type { ListOptions } from "../../lambda/core/run-filter.ts";
import type { RunHandle } from "../../lambda/client/run-handle.ts";
import type { NamedSavepoint } from "../../lambda/client/savepoint.ts";
import type { StartOptions } from "../../lambda/client/start.ts";
import { encodeValue, hashValue } from "../../lambda/core/codec.ts";
import type { HistoryPage } from "../../lambda/core/recorded-history.ts";
import {
  RunConflictError,
  RunNotFoundError,
  WorkflowNotFoundError,
} from "../../lambda/core/errors.ts";
import { validate } from "../../lambda/core/schema-validation.ts";
import type { Workflow } from "../../lambda/engine/workflow.ts";

/** A client whose runs are kept in memory and never advance by themselves. */
export class FakeSavepoint implements NamedSavepoint {
  readonly workflows: ReadonlyMap<string, Workflow>;
  readonly runs = new Map<string, RunDescription>();
  readonly histories = new Map<string, HistoryEntry[]>();
  /** Pages of the export of every run, by cursor. */
  readonly pages = new Map<string | undefined, HistoryPage>();
  /** What comes of what is done to many runs, by cursor. */
  readonly bulkPages = new Map<string | undefined, BulkPage>();
  /** What was asked of `wait` and `list`, in order. */
  readonly asked: unknown[] = [];
  /** Thrown by the next call that reads a run. */
  failure: Error | undefined;

  constructor(workflows: readonly Workflow[]) {
    this.workflows = new Map(workflows.map((one) => [one.name, one]));
  }

  async startByName(
    name: string,
    input: unknown,
    { id = `run-${this.runs.size}`, ...options }: StartOptions = {},
  ) {
    if (Object.keys(options).length > 0) this.asked.push(options);
    const workflow = this.workflows.get(name);
    if (!workflow) throw new WorkflowNotFoundError(`there is no workflow "${name}"`);
    if (workflow.inputSchema) await validate(workflow.inputSchema, input, `input of "${name}"`);
    encodeValue(input, { what: "input" });
    const there = this.runs.get(id);
    if (there && hashValue(there.input) !== hashValue(input)) {
      throw new RunConflictError(`run "${id}" has another input`, { details: { id } });
    }
    this.runs.set(id, there ?? this.put(id, { workflow: name, input }));
    return { run: this.get(id), created: !there };
  }

  /** Puts a run as it is to be found. */
  put(id: string, run: Partial<RunDescription>): RunDescription {
    const whole: RunDescription = {
      id,
      workflow: "digest",
      status: "queued",
      startedAt: 1_000,
      epoch: 0,
      recoveries: 0,
      round: 1,
      input: undefined,
      activity: [],
      ...run,
    };
    this.runs.set(id, whole);
    return whole;
  }

  get<Output>(id: string): RunHandle<Output> {
    const describe = async () => {
      if (this.failure) throw this.failure;
      const run = this.runs.get(id);
      if (!run) throw new RunNotFoundError(`there is no run "${id}"`);
      return run;
    };
    return {
      id,
      describe,
      status: async () => (await describe()).status,
      history: async () => {
        await describe();
        return this.histories.get(id) ?? [];
      },
      exportPage: async (options) => {
        await describe();
        this.asked.push(["export", options]);
        return this.pages.get(options.cursor) ?? { format: 1, operations: [] };
      },
      export: () => Promise.reject(new Error("the API exports page by page")),
      wait: async ({ timeout, signal }) => {
        this.asked.push({ timeout });
        signal?.throwIfAborted();
        return describe();
      },
      fork: async (options = {}) => {
        const source = await describe();
        if (source.status === "failed") throw new RunConflictError(`run "${id}" is failed`);
        this.asked.push(["fork", options]);
        const fork = options.id ?? `${id}-fork`;
        this.put(fork, { workflow: source.workflow });
        return this.get<Output>(fork);
      },
      result: () => Promise.reject(new Error("the API does not ask for results")),
      ...this.#control(id, describe),
    };
  }

  /** Control that only notes what was asked; a run of the status `failed` conflicts with all of it. */
  #control(id: string, describe: () => Promise<RunDescription>): RunControl {
    const note = async (...asked: unknown[]): Promise<void> => {
      const { status } = await describe();
      if (status === "failed") throw new RunConflictError(`run "${id}" is ${status}`);
      this.asked.push(asked);
    };
    return {
      send: (event, value, options) => note("send", event.name, value, options),
      cancel: (options) => note("cancel", options),
      terminate: (options) => note("terminate", options),
      pause: () => note("pause"),
      resume: () => note("resume"),
      delete: (options) => note("delete", options),
    };
  }

  async list(options: ListOptions = {}) {
    this.asked.push(options);
    const runs = [...this.runs.values()].map(
      ({ id, workflow, status, startedAt, epoch, recoveries, round }) => ({
        id,
        workflow,
        status,
        startedAt,
        epoch,
        recoveries,
        round,
      }),
    );
    return { runs, next: "cursor-2" };
  }

  /** What is done to many runs only is noted; the pages are as a test has put them. */
  async bulkPage(action: string, filter: ListOptions, options: object): Promise<BulkPage> {
    if (this.failure) throw this.failure;
    this.asked.push([action, filter, options]);
    return this.bulkPages.get(filter.cursor) ?? { matched: 0, done: 0, runs: [], failures: [] };
  }

  bulk(): Promise<never> {
    return Promise.reject(new Error("the API acts on many runs page by page"));
  }

  async completeToken(...asked: unknown[]): Promise<void> {
    if (this.failure) throw this.failure;
    this.asked.push(asked);
  }

  start(): Promise<never> {
    return Promise.reject(new Error("the API starts runs by name"));
  }
}
