import { createHash } from "node:crypto";
import {
  type Branches,
  type Context,
  RetriesExhaustedError,
  RetryAfterError,
  type StepBody,
  type StepOptions,
  TerminalError,
  type Workflow,
} from "../../lambda/index.ts";

/** What an inline run has done. */
export interface Trace {
  /** Keys of the steps whose bodies ran to their end, in that order. */
  readonly steps: string[];
  /** Errors of attempts that were retried, by step. */
  readonly retried: { readonly step: string; readonly error: unknown }[];
  /** Inputs of child runs, by id. */
  readonly children: Map<string, unknown>;
  /** Results by step, as JSON: what a history would hold. */
  readonly results: Map<string, string>;
}

/** An empty trace. */
export const newTrace = (): Trace => ({
  steps: [],
  retried: [],
  children: new Map(),
  results: new Map(),
});

const unsupported = (): never => {
  throw new Error("the inline context does not support this operation");
};
const silent = (): void => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

/**
 * A context that runs everything at once in this process, with the engine's naming, retries without
 * pauses, and copies of whatever crosses an edge. A test of a workflow's logic, not of durability.
 */
export function inlineContext(trace: Trace, runId = "run", path = ""): Context {
  const occurrences = new Map<string, number>();
  const keyOf = (name: string): string => {
    const occurrence = (occurrences.get(name) ?? 0) + 1;
    occurrences.set(name, occurrence);
    const last = occurrence === 1 ? name : `${name}#${occurrence}`;
    return path === "" ? last : `${path}/${last}`;
  };
  const branch = (key: string, label: string): Context =>
    inlineContext(trace, runId, `${key}/${label}`);
  return {
    runId,
    attempt: 1,
    signal: new AbortController().signal,
    log,
    step: async <T>(name: string, ...rest: [StepBody<T>] | [StepOptions, StepBody<T>]) => {
      const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
      return runStep(trace, `${runId} ${keyOf(name)}`, options, body);
    },
    run: async <Given, Output>(
      workflow: Workflow<Given, Output>,
      input: Given,
      options: { readonly key?: string } = {},
    ): Promise<Output> => {
      const id = `${runId}~1~${keyOf(options.key ?? workflow.name)}`;
      trace.children.set(id, copied(input));
      return runInline(workflow, input, trace, id);
    },
    map: (async (name: string, items: readonly unknown[], ...rest: unknown[]) => {
      const [options, each] = (rest.length === 1 ? [{}, rest[0]] : rest) as [
        { readonly tolerate?: number },
        (branch: Context, item: unknown, index: number) => Promise<unknown>,
      ];
      const key = keyOf(name);
      const settled = await Promise.allSettled(
        items.map((item, index) => each(branch(key, String(index)), item, index)),
      );
      if (options.tolerate !== undefined) return settled;
      return Promise.all(settled.map(outcomeOf));
    }) as Context["map"],
    parallel: (async (name: string, branches: Branches) => {
      const key = keyOf(name);
      const entries = Object.entries(branches).map(
        async ([label, run]) => [label, await run(branch(key, label))] as const,
      );
      return Object.fromEntries(await Promise.all(entries));
    }) as Context["parallel"],
    now: () => 0,
    random: () => 0.5,
    uuid: () => "00000000-0000-4000-8000-000000000000",
    sleep: unsupported,
    sleepUntil: unsupported,
    waitFor: notUsed,
    race: notUsed,
    patched: notUsed,
    continueAsNew: notUsed,
    start: unsupported,
    token: unsupported,
    send: unsupported,
  };
}

/** Runs a workflow as a run of its own. Throws what its schema or its function throws. */
export async function runInline<Given, Output>(
  workflow: Workflow<Given, Output>,
  input: Given,
  trace: Trace,
  id = "run",
): Promise<Output> {
  const checked = await workflow.inputSchema?.["~standard"].validate(copied(input));
  if (checked?.issues) throw new TypeError(checked.issues.map(({ message }) => message).join("; "));
  return copied(await workflow.run(inlineContext(trace, id), checked?.value as never)) as Output;
}

async function runStep<T>(
  trace: Trace,
  key: string,
  { retry = {} }: StepOptions,
  body: StepBody<T>,
): Promise<T> {
  const { attempts = 5 } = retry;
  const idempotencyKey = createHash("sha256").update(key).digest("base64url").slice(0, 24);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const signal = new AbortController().signal;
      const value = copied(await body({ key, attempt, attempts, signal, idempotencyKey, log }));
      trace.steps.push(key);
      trace.results.set(key, JSON.stringify(value) ?? "");
      return value;
    } catch (error) {
      if (error instanceof TerminalError || attempts === 1) throw error;
      if (attempt >= attempts) {
        const message = `step "${key}" failed in each of its ${attempt} attempts: ${String(error)}`;
        throw new RetriesExhaustedError(message, { cause: error, errors: [] });
      }
      trace.retried.push({ step: key, error });
    }
  }
}

/** The pause each retried attempt asked for, milliseconds; undefined where none did. */
export const pausesOf = (trace: Trace): (number | undefined)[] =>
  trace.retried.map(({ error }) =>
    error instanceof RetryAfterError ? error.retryAfterMs : undefined,
  );

/** What crosses an edge is copied as plain data; anything else is a mistake of the workflow. */
function copied<T>(value: T): T {
  const copy = structuredClone(value);
  if (JSON.stringify(copy) !== JSON.stringify(value)) throw new TypeError("not plain data");
  return copy;
}

const outcomeOf = (result: PromiseSettledResult<unknown>): unknown => {
  if (result.status === "rejected") throw result.reason;
  return result.value;
};

const notUsed = (): never => {
  throw new Error("the research agent does not use this");
};
