import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertName } from "../core/keys.ts";
import { assertOptions, shownArgument } from "../core/known-options.ts";
import { assertSchema } from "../core/schema-validation.ts";
import type { Context } from "./context.ts";
import { WORKFLOW_OPTIONS } from "./option-names.ts";

/** A schema of any library that follows Standard Schema (zod, valibot, arktype). */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** What a workflow is declared with beside its function. */
export interface WorkflowOptions<Given, Input, Returned, Output> {
  /** Checks a run's input when it is started. Without it any value is taken. */
  readonly input: Schema<Given, Input>;
  /** Checks what the function returns; a run whose output does not pass fails. */
  readonly output?: Schema<Returned, Output>;
  /** Names the code instead of the bundle's hash, for deciding whether a blocked run may resume. */
  readonly version?: string;
}

/** The same for a workflow that takes its input as it comes. */
export type UncheckedWorkflowOptions<Returned, Output> = Omit<
  WorkflowOptions<never, never, Returned, Output>,
  "input"
> & { readonly input?: undefined };

/** A named durable function. Runs of it are started by a client or by another workflow. */
export interface Workflow<Given = unknown, Output = unknown> {
  readonly name: string;
  readonly inputSchema: Schema<Given, unknown> | undefined;
  readonly outputSchema: Schema<unknown, Output> | undefined;
  readonly version: string | undefined;
  /** The function itself, its types forgotten: the schemas vouch for them at the edges. */
  readonly run: (ctx: Context, input: never) => Promise<unknown>;
}

/**
 * Declares a workflow.
 *
 * The function must be deterministic apart from what it asks of `ctx`: after a crash it is called
 * again, and everything `ctx` has recorded is given back instead of done again. Open nothing in it
 * that needs closing: when a run parks, its `finally` blocks do not run until it really ends.
 * @param name 1 to 100 bytes; stored with each run, so a rename orphans runs in flight
 * @param options schemas of input and output, and a version; `{}` for none
 * @param run the function
 * @throws InvalidArgumentError for a bad name, an option that there is not, or what is no Standard Schema
 */
export function workflow<Given, Input, Returned, Output = Returned>(
  name: string,
  options: WorkflowOptions<Given, Input, Returned, Output>,
  run: (ctx: Context, input: Input) => Promise<Returned>,
): Workflow<Given, Output>;
export function workflow<Input, Returned, Output = Returned>(
  name: string,
  options: UncheckedWorkflowOptions<Returned, Output>,
  run: (ctx: Context, input: Input) => Promise<Returned>,
): Workflow<Input, Output>;
export function workflow(
  name: string,
  options: {
    readonly input?: Schema | undefined;
    readonly output?: Schema;
    readonly version?: string;
  } = {},
  run: (ctx: Context, input: never) => Promise<unknown>,
): Workflow {
  assertName("workflow", name);
  if (typeof run !== "function") {
    throw new InvalidArgumentError(
      `workflow "${name}" has no function; pass it as the third argument`,
    );
  }
  assertOptions(`workflow "${name}"`, options, WORKFLOW_OPTIONS);
  assertSchema(`input of workflow "${name}"`, options.input);
  assertSchema(`output of workflow "${name}"`, options.output);
  return {
    name,
    inputSchema: options.input,
    outputSchema: options.output,
    version: options.version,
    run,
  };
}

/**
 * Refuses what is no workflow: its name alone, its function, or nothing, as where imports go in a circle.
 * @param what what takes it, for the message: `run`
 * @throws InvalidArgumentError
 */
export function assertWorkflow(what: string, given: unknown): void {
  if (typeof given === "object" && given !== null && "name" in given) return;
  throw new InvalidArgumentError(
    `${what} takes a workflow made by workflow(), and got ${shownArgument(given)}`,
  );
}

/** Workflows by name. Throws InvalidArgumentError when two share one. */
export function workflowsByName(workflows: readonly Workflow[]): ReadonlyMap<string, Workflow> {
  const byName = new Map<string, Workflow>();
  for (const one of workflows) {
    if (byName.has(one.name)) {
      throw new InvalidArgumentError(
        `two workflows are named "${one.name}"; give one another name`,
      );
    }
    byName.set(one.name, one);
  }
  return byName;
}

/** Names the code a run is blocked under: the workflow's own version, or the bundle's hash. */
export const codeOf = (workflow: Workflow | undefined, bundle: string): string =>
  workflow?.version === undefined ? bundle : `${workflow.name}@${workflow.version}`;
