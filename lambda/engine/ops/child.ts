import type { EpochMs } from "../../core/clock.ts";
import { decodeValue, type Encoded, encodeValue, hashValue } from "../../core/codec.ts";
import type { Duration } from "../../core/duration.ts";
import { encodeError } from "../../core/encode-error.ts";
import { CancelledError, RunConflictError, RunNotFoundError } from "../../core/errors.ts";
import { childId } from "../../core/keys.ts";
import { LIMITS } from "../../core/limits.ts";
import { isFinished } from "../../core/status.ts";
import { historyPk } from "../../store/schema.ts";
import { birthTtl } from "../../store/start-run.ts";
import { unlessDeleted } from "../../store/unless-deleted.ts";
import type { Joined } from "../../store/add-waiter.ts";
import type { Meta, RunReference } from "../../store/meta.ts";
import { isSureToTell } from "../children.ts";
import type { Execution } from "../execution.ts";
import type { Behaviour, Operation } from "../operation.ts";
import { settle, writeRecord } from "../recording.ts";
import { sendHint } from "../send-hint.ts";
import { validated } from "../user-code.ts";
import type { Workflow } from "../workflow.ts";
import { waitFor } from "../wait-for.ts";

/** How a child run is started. */
export interface ChildOptions {
  /** Names the operation, and with it the child, instead of the workflow's name. */
  readonly key?: string;
  /** Attaches to the run of this id, started by whoever comes first, instead of a child of this run's own. */
  readonly id?: string;
  /**
   * Time from its start after which the child is cancelled if it has not finished. A child of the run's own
   * never has more time than its parent, whatever is given, unless it is started to clean up after a cancel. A
   * run with an `id` has the time that whoever comes first gives it.
   */
  readonly timeout?: Duration;
}

interface Child {
  readonly workflow: Workflow;
  readonly input: unknown;
  readonly id: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** The behaviour of `ctx.run`: a child run, awaited. */
export function runChild(child: Child): Behaviour {
  return {
    async live(operation, execution) {
      const id = operation.record?.childId ?? child.id ?? ownChildId(execution, operation);
      // The record first, then the child: a child nobody waits for could not be told from a lost one.
      if (operation.record?.state !== "waiting") {
        const workflow = child.workflow.name;
        await writeRecord(
          execution,
          operation,
          { state: "waiting", childId: id, workflow },
          "begin",
        );
        const failed = await ensureChild(operation, execution, child, id, true);
        if (failed) return settle(execution, operation, failed);
        operation.hasSeenChild = true;
      } else {
        // Its notice may have come before anybody here waited for it.
        execution.outside.areChildrenStale = true;
      }
      for (;;) {
        const { child: meta } = await waitFor(execution, operation, { childId: id });
        const hasEnded = meta !== undefined && isFinished(meta.status) && !isGone(meta, execution);
        const outcome = hasEnded ? await outcomeOf(operation, execution, meta) : undefined;
        if (outcome) return settle(execution, operation, outcome);
        if ((!meta || hasEnded) && isLongAgo(operation, execution)) {
          return settle(execution, operation, { error: encodeValue(expired(operation, id)) });
        }
        const failed = await ensureChild(operation, execution, child, id, true);
        if (failed) return settle(execution, operation, failed);
      }
    },
  };
}

/** The behaviour of `ctx.start`: a child run, detached; settles with its id once it is put. */
export function startChild(child: Child): Behaviour {
  return {
    async live(operation, execution) {
      const id = child.id ?? ownChildId(execution, operation);
      const failed = await ensureChild(operation, execution, child, id, false);
      await settle(execution, operation, failed ?? { result: encodeValue({ id }) }, {
        childId: id,
        workflow: child.workflow.name,
      });
    },
  };
}

const earliest = (times: readonly (EpochMs | undefined)[]): EpochMs | undefined =>
  times.filter((time) => time !== undefined).sort((a, b) => a - b)[0];

const ownChildId = ({ meta }: Execution, { key }: Operation): string =>
  childId(meta.id, meta.round, key);

const reference = ({ id, incarnation }: Meta): RunReference => ({ id, incarnation });

/**
 * Row 14: puts the child if there is none, with this run as the one to notify, and hints at it. A
 * run of that id that was there before is joined when it is the same. Returns the error to settle
 * with when it cannot be had.
 */
async function ensureChild(
  operation: Operation,
  execution: Execution,
  { workflow, input, id: attachedId, timeoutMs }: Child,
  id: string,
  isAwaited: boolean,
): Promise<{ error: Encoded } | undefined> {
  const { deps, meta, outside } = execution;
  const { wakeSeq: heard } = outside;
  const me = reference(meta);
  const now = deps.clock.now();
  const incarnation = deps.ids.ulid(now);
  // A child has no more time than its parent; but a run that is there for others, and cleaning up, have time.
  const isBound = attachedId === undefined && !execution.isCancelled;
  const own = timeoutMs === undefined ? undefined : now + timeoutMs;
  const deadline = earliest([own, isBound ? meta.deadline : undefined]);
  let encoded: Encoded;
  let inputHash: string;
  try {
    const { inputSchema: schema, name } = workflow;
    const what = `input of workflow "${name}"`;
    const valid = await validated(execution, operation, { schema, value: input, what });
    encoded = encodeValue(valid, { what });
    inputHash = hashValue(input);
  } catch (error) {
    return { error: encodeError(error) };
  }
  const started = await execution.inFlight(operation, async () =>
    deps.store.startRun({
      id,
      incarnation,
      workflow: workflow.name,
      input: await deps.store.values.keep(encoded, {
        historyPk: historyPk(incarnation, 0),
        inlineBytes: LIMITS.metaInlineBytes,
        ttlSeconds: birthTtl(now, deadline),
        nonce: deps.ids.nonce(),
      }),
      inputHash,
      now,
      tx: deps.ids.nonce(),
      deadline,
      timeLimitMs: timeoutMs,
      parent: { ...me, generation: meta.generation },
      ...(isAwaited && { waiter: me }),
    }),
  );
  const there = started.meta;
  if (started.created) {
    await sendHint(deps, { run: id, for: now });
    // Its notice may have come meanwhile: whoever looked then did not know of this child.
    if (outside.wakeSeq !== heard) outside.areChildrenStale = true;
    return undefined;
  }
  const isOwn = there.parent?.id === me.id && there.parent.incarnation === me.incarnation;
  const isSame = there.workflow === workflow.name && there.inputHash === inputHash;
  if (!isSame || (attachedId === undefined && !isOwn)) {
    return { error: encodeValue(conflict(operation, there, workflow.name, meta, attachedId)) };
  }
  if (!isAwaited || (await join(operation, execution, there, me)) !== "full") return undefined;
  return { error: encodeValue(tooMany(operation, there)) };
}

/** Whether a child was given up by a generation of this run before the present one, which came late: it is put anew. */
const isGone = ({ parent, givenUpBy = Infinity }: Meta, { meta }: Execution): boolean =>
  parent?.id === meta.id && parent.incarnation === meta.incarnation && givenUpBy < meta.generation;

/** Becomes a waiter of a run that was there before, unless it has finished or so many wait for it already. */
async function join(
  operation: Operation,
  execution: Execution,
  there: Meta,
  me: RunReference,
): Promise<Joined> {
  const { deps } = execution;
  const isWaiter = isSureToTell(there, me);
  let joined: Joined = "joined";
  if (!isWaiter && !isFinished(there.status)) {
    joined = await execution.inFlight(operation, () =>
      deps.store.addWaiter(there, me, deps.ids.nonce(), () => deps.ids.nonce()),
    );
  }
  // It may have finished before this run was its waiter.
  execution.outside.areChildrenStale = true;
  return joined;
}

/** Whether a child could have finished and expired since it was asked for: it must not be put again then. */
const isLongAgo = ({ record }: Operation, { deps }: Execution): boolean =>
  record !== undefined && record.startedAt + LIMITS.retentionMs < deps.clock.now();

const expired = ({ key }: Operation, id: string): RunNotFoundError =>
  new RunNotFoundError(
    `${key}: run "${id}" is gone; it may have finished, and its records expired before this run could take its outcome`,
  );

function conflict(
  { key }: Operation,
  there: Meta,
  workflow: string,
  me: Meta,
  attachedId: string | undefined,
): RunConflictError {
  const { id, parent } = there;
  const details = { id, workflow: there.workflow };
  const isOwn = parent?.id === me.id && parent.incarnation === me.incarnation;
  if (parent?.id === me.id && !isOwn) {
    return new RunConflictError(
      `${key}: run "${id}" is the child of an earlier run "${me.id}", which was deleted without its children; delete it, or start this run under another id`,
      { details },
    );
  }
  const other = there.workflow === workflow ? "and another input" : `instead of "${workflow}"`;
  const input = "give it the input that it had: what that is made of belongs in a step";
  const resumed = `it was started before this run was resumed; fork this run, or delete "${id}" and resume this run again`;
  const own = me.generation > 0 ? resumed : input;
  const remedy = isOwn && attachedId === undefined ? own : "choose another id";
  return new RunConflictError(
    `${key}: run "${id}" exists with workflow "${there.workflow}" ${other}; ${remedy}`,
    { details },
  );
}

const tooMany = ({ key }: Operation, { id }: Meta): RunConflictError =>
  new RunConflictError(
    `${key}: ${LIMITS.waitersMax} runs wait for run "${id}" already; let some of them wait for others that pass its output on`,
    { details: { id, limit: LIMITS.waitersMax } },
  );

const cancelled = ({ id, status }: Meta): CancelledError =>
  new CancelledError(
    `child run "${id}" ended as ${status}, with neither output nor error; start it again under another key or id if it is needed`,
    { details: { id, status } },
  );

/**
 * What a finished child came to, as an encoded value of this run's own; undefined when it has been deleted
 * meanwhile, as one may be that had ended before this run attached to it.
 */
async function outcomeOf(
  operation: Operation,
  execution: Execution,
  child: Meta,
): Promise<{ result: Encoded } | { error: Encoded } | undefined> {
  const { store } = execution.deps;
  const stored = child.status === "succeeded" ? child.output : child.error;
  if (stored === undefined) return { error: encodeValue(cancelled(child)) };
  const encoded = await execution.inFlight(operation, () =>
    unlessDeleted(store, child, () => store.values.fetch(stored)),
  );
  if (encoded === undefined) return undefined;
  return child.status === "succeeded" ? { result: encoded } : { error: encoded };
}

/** The run's input, fetched and decoded. */
export const inputOf = async (execution: Pick<Execution, "deps" | "meta">): Promise<unknown> =>
  decodeValue(await execution.deps.store.values.fetch(execution.meta.input));
