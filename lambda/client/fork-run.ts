import { type Encoded, encodeValue, hashValue } from "../core/codec.ts";
import { keptRecords } from "../core/cut.ts";
import type { Duration } from "../core/duration.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertRunId } from "../core/keys.ts";
import { assertOptions, type OptionNames } from "../core/known-options.ts";
import { LIMITS } from "../core/limits.ts";
import { runTimeoutMs } from "../core/run-timeout.ts";
import { validate } from "../core/schema-validation.ts";
import type { CopyPlace } from "../store/copy-history.ts";
import type { Cut } from "../store/given-back.ts";
import { type ForkOrigin, historyOf, type Meta } from "../store/meta.ts";
import { progressOf } from "../store/resume-finished.ts";
import { historyPk } from "../store/schema.ts";
import { birthTtl, FORK_GENERATION } from "../store/start-run.ts";
import { readMailbox } from "../store/spill.ts";
import { unlessDeleted } from "../store/unless-deleted.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { hintRun } from "./hint-run.ts";
import { conflict, noRun, readRun } from "./read-run.ts";
import { assertRemembered, assertStarted } from "./resume-run.ts";

/** How a run is forked. */
export interface ForkOptions {
  /**
   * Key of the operation to ask again first: what had settled before it is kept. Default: what ended
   * the run, as when it is resumed; all that has settled, when nothing has.
   */
  readonly from?: string;
  /** Another input; undefined keeps that of the source. It is checked by the workflow's schema when this client knows the workflow. */
  readonly input?: unknown;
  /** Id of the new run. Default: a fresh ULID. */
  readonly id?: string;
  /** Time from its start after which the new run is cancelled. Default: what its source was given for itself. */
  readonly timeout?: Duration | undefined;
}

const FORK_OPTIONS: OptionNames<ForkOptions> = { from: true, input: true, id: true, timeout: true };

/**
 * Row 25: starts a new run that begins with a copy of another's history. The records go to an incarnation
 * that nobody else knows, then META is put: until then nothing is there, and what a crash leaves expires.
 * @throws RunNotFoundError, InvalidArgumentError, ValidationError, ValueTooLargeError,
 * ValueNotSerializableError, RunConflictError
 */
export async function forkRun(
  deps: ClientDependencies,
  sourceId: string,
  options: ForkOptions,
): Promise<Meta> {
  assertOptions("fork", options, FORK_OPTIONS);
  const { store, clock, ids } = deps;
  const now = clock.now();
  const id = options.id ?? ids.ulid(now);
  assertRunId(id);
  const timeoutMs = options.timeout === undefined ? undefined : runTimeoutMs(options.timeout);
  const source = await readRun(deps, sourceId);
  assertStarted(source);
  assertRemembered(source, now);
  const from: ForkOrigin = {
    id: source.id,
    incarnation: source.incarnation,
    key: options.from,
  };
  const given = await inputOf(deps, source, options);
  const inputHash = given
    ? hashValue(options.input, `input of workflow "${source.workflow}"`)
    : source.inputHash;
  const there = options.id === undefined ? undefined : await store.readRun(id);
  if (there) return join(deps, there, { from, inputHash });
  const cut = await cutOf(deps, source, options.from);
  const incarnation = ids.ulid(now);
  const timeLimitMs = timeoutMs ?? source.timeLimitMs;
  const deadline = timeLimitMs === undefined ? undefined : now + timeLimitMs;
  const to: CopyPlace = {
    historyPk: historyPk(incarnation, FORK_GENERATION),
    ttlSeconds: birthTtl(now, deadline),
    nonce: () => ids.nonce(),
  };
  const copied = await unlessDeleted(store, source, () => copy(deps, { source, cut, given, to }));
  if (copied === undefined) throw noRun(source.id);
  const { box, input } = copied;
  const { meta, created } = await store.startRun({
    id,
    incarnation,
    workflow: source.workflow,
    input,
    inputHash,
    now,
    tx: ids.nonce(),
    deadline,
    timeLimitMs,
    attributes: source.attributes,
    fork: {
      from,
      // What the code has drawn before the cut it must draw again.
      seed: source.seed ?? source.incarnation,
      round: source.round,
      roundAt: source.roundAt,
      progress: progressOf(cut.kept),
      box,
    },
  });
  if (!created) return join(deps, meta, { from, inputHash });
  await hintRun(deps, id, meta.dueAt);
  return meta;
}

/** Copies what the new run keeps of its source, the records first. */
async function copy(
  { store, ids }: ClientDependencies,
  {
    source,
    cut,
    given,
    to,
  }: {
    readonly source: Meta;
    readonly cut: Cut;
    readonly given: Encoded | undefined;
    readonly to: CopyPlace;
  },
) {
  await store.copyRecords(
    cut.kept.map((record) => ({ ...record, inherited: true })),
    to,
  );
  const unread = await readMailbox(store.values, source);
  const inlineBytes = LIMITS.metaInlineBytes;
  return {
    box: await store.copyCompletions(unread, cut, to),
    input: given
      ? await store.values.keep(given, { ...to, inlineBytes, nonce: ids.nonce() })
      : await store.copyValue(source.input, to),
  };
}

/** The run's new input, encoded; undefined when it keeps that of its source. */
async function inputOf({ workflows }: ClientDependencies, source: Meta, options: ForkOptions) {
  if (options.input === undefined) return undefined;
  const what = `input of workflow "${source.workflow}"`;
  const schema = workflows?.get(source.workflow)?.inputSchema;
  const valid = schema ? await validate(schema, options.input, what) : options.input;
  return encodeValue(valid, { what });
}

async function cutOf(
  deps: ClientDependencies,
  source: Meta,
  from: string | undefined,
): Promise<Cut> {
  const records = await deps.store.readSnapshot(historyOf(source));
  // META is deleted first: as long as it is there, all that was read was whole.
  const now = await readRun(deps, source.id);
  if (now.incarnation !== source.incarnation) throw noRun(source.id);
  if (from !== undefined && !records.some(({ key }) => key === from)) {
    throw new InvalidArgumentError(
      `run "${source.id}" has recorded no operation "${from}"; give a key of its history`,
    );
  }
  const kept = keptRecords(records, {
    at: from ?? source.failedOperation,
    finishedAt: from === undefined ? source.finishedAt : undefined,
  });
  return { records, kept };
}

/** The run of that id, when it is this very fork. */
async function join(
  deps: ClientDependencies,
  there: Meta,
  { from, inputHash }: { readonly from: ForkOrigin; readonly inputHash: string },
): Promise<Meta> {
  const { forkedFrom: origin } = there;
  const isSame =
    origin?.id === from.id &&
    origin.incarnation === from.incarnation &&
    origin.key === from.key &&
    there.inputHash === inputHash;
  if (!isSame) throw conflict(there, "exists and is not this fork; choose another id");
  if (there.epoch === 0) await hintRun(deps, there.id, there.dueAt);
  return there;
}
