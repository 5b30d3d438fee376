import { type Encoded, encodedSize, encodeValue, hashValue } from "../core/codec.ts";
import type { Duration } from "../core/duration.ts";
import { RunConflictError } from "../core/errors.ts";
import { assertRunId } from "../core/keys.ts";
import { type OptionNames } from "../core/known-options.ts";
import { LIMITS } from "../core/limits.ts";
import { assertRunAttributes, type RunAttributes } from "../core/run-attributes.ts";
import { isPossibleRunId } from "../core/run-id.ts";
import { runTimeoutMs } from "../core/run-timeout.ts";
import { validate } from "../core/schema-validation.ts";
import type { Schema } from "../engine/workflow.ts";
import { historyPk } from "../store/schema.ts";
import { birthTtl, type NewRun } from "../store/start-run.ts";
import type { Meta } from "../store/meta.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { hintRun } from "./hint-run.ts";

/** How a run is started. */
export interface StartOptions {
  /** Id of the run, and the idempotency key of its start. Default: a fresh ULID. */
  readonly id?: string;
  /** Time from the start after which the run is cancelled if it has not finished. Default: none. */
  readonly timeout?: Duration | undefined;
  /**
   * Texts by which the run can be found in lists: at most 10, with names of 1 to 50 of
   * `A–Z a–z 0–9 . _ -`, and at most 200 characters each.
   */
  readonly attributes?: RunAttributes | undefined;
}

/** The names of these. */
export const START_OPTIONS: OptionNames<StartOptions> = {
  id: true,
  timeout: true,
  attributes: true,
};

/** What a start came to. */
export interface StartOutcome {
  readonly meta: Meta;
  /** False when a run of that id, with the same workflow and input, was there before. */
  readonly created: boolean;
}

/**
 * Starts a run: puts it if there is none of its id, then sends the hint. The same id with the same
 * workflow and input joins the run that is there.
 * @throws InvalidArgumentError for a bad id, timeout or attribute, ValidationError for a bad input, ValueTooLargeError,
 * ValueNotSerializableError, RunConflictError when the id belongs to another run
 */
export async function start<Given>(
  deps: ClientDependencies,
  workflow: { readonly name: string; readonly inputSchema: Schema<Given, unknown> | undefined },
  input: unknown,
  options: StartOptions & { readonly isInternalId?: boolean },
): Promise<StartOutcome> {
  const { clock, ids } = deps;
  const now = clock.now();
  const id = options.id ?? ids.ulid(now);
  if (!options.isInternalId || !isPossibleRunId(id)) assertRunId(id);
  const timeLimitMs = options.timeout === undefined ? undefined : runTimeoutMs(options.timeout);
  const deadline = timeLimitMs === undefined ? undefined : now + timeLimitMs;
  const { attributes } = options;
  if (attributes !== undefined) assertRunAttributes(attributes);
  const what = `input of workflow "${workflow.name}"`;
  const valid = workflow.inputSchema ? await validate(workflow.inputSchema, input, what) : input;
  const encoded = encodeValue(valid, { what });
  // Before anything is written: what the schema leaves out of the input may be what cannot be hashed.
  const inputHash = hashValue(input, what);
  const there = await runInTheWay(deps, options, encoded);
  const started = there
    ? { meta: there, created: false }
    : await put(deps, {
        id,
        workflow: workflow.name,
        encoded,
        inputHash,
        now,
        deadline,
        timeLimitMs,
        attributes,
      });
  const { meta, created } = started;
  if (!created && (meta.workflow !== workflow.name || meta.inputHash !== inputHash)) {
    throw conflict(meta, workflow.name);
  }
  // A run never claimed may have lost its hint: a repeated start sends it again.
  if (created || meta.epoch === 0) await hintRun(deps, meta.id, meta.dueAt);
  return started;
}

/**
 * The run that has the id already, when the input is too large for META: its parts, which are written first,
 * would be left over.
 */
async function runInTheWay(
  { store }: ClientDependencies,
  { id }: StartOptions,
  encoded: Encoded,
): Promise<Meta | undefined> {
  const hasParts = encodedSize(encoded) > LIMITS.metaInlineBytes;
  return hasParts && id !== undefined ? store.readRun(id) : undefined;
}

async function put(
  { store, ids }: ClientDependencies,
  {
    encoded,
    ...run
  }: Pick<
    NewRun,
    "id" | "workflow" | "inputHash" | "now" | "deadline" | "timeLimitMs" | "attributes"
  > & {
    readonly encoded: Encoded;
  },
): Promise<StartOutcome> {
  const incarnation = ids.ulid(run.now);
  const input = await store.values.keep(encoded, {
    historyPk: historyPk(incarnation, 0),
    inlineBytes: LIMITS.metaInlineBytes,
    ttlSeconds: birthTtl(run.now, run.deadline),
    nonce: ids.nonce(),
  });
  return store.startRun({ ...run, incarnation, input, tx: ids.nonce() });
}

const conflict = (there: Meta, workflow: string): RunConflictError =>
  new RunConflictError(
    there.workflow === workflow
      ? `run "${there.id}" was started before with another input; choose another id, or give the same input to join it`
      : `run "${there.id}" exists and is of workflow "${there.workflow}", not "${workflow}"; choose another id`,
    { details: { id: there.id, workflow: there.workflow } },
  );
