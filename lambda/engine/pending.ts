import type { EpochMs } from "../core/clock.ts";
import { NoProgressError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { OperationKind, OperationRecord } from "../store/operation.ts";
import { isLosing } from "./cancelled.ts";
import type { Ending } from "./drive.ts";
import type { Execution } from "./execution.ts";
import { isFinal } from "./final-error.ts";
import type { Markable, Operation } from "./operation.ts";

const heldOf = ({ pending }: Execution): Operation[] =>
  [...pending.values()].filter(({ phase }) => phase === "held");

/** Starts every operation that was asked for and not yet begun; a takeover marks them first. */
export async function startHeld(execution: Execution): Promise<Ending | undefined> {
  if (execution.isStopping) return undefined;
  return (await markHeld(execution)) ?? start(execution, heldOf(execution));
}

/**
 * Starts the patches that were asked for and not yet begun, also when nothing else starts any more: each is one
 * write. What was asked for after them leaves no trace before they are recorded, not even a mark: a later owner
 * would deny them because of it, and the code would then ask for other things before it. For the same reason
 * no former owner is at work on it.
 */
export async function startPatches(execution: Execution): Promise<Ending | undefined> {
  const operations = [...execution.pending.values()];
  const first = operations.findIndex(isUnrecordedPatch);
  const before = operations.slice(0, first).filter(({ phase }) => phase === "held");
  const patches = heldOf(execution).filter(({ kind }) => kind === "patch");
  return (await mark(execution, [...before, ...patches])) ?? start(execution, patches);
}

/**
 * Whether a patch was asked for and is not recorded yet. Until it is, the code is given nothing: it would
 * see that before the answer here, and after it once a later owner denies the patch, because by then
 * something recorded is still to come.
 */
export const isPatchUnrecorded = ({ pending }: Execution): boolean =>
  [...pending.values()].some(isUnrecordedPatch);

const isUnrecordedPatch = ({ kind, phase }: Operation): boolean =>
  kind === "patch" && phase !== "waiting";

function start(execution: Execution, held: readonly Operation[]): undefined {
  for (const operation of held) {
    const isLost = isLosing(execution, operation);
    // It is marked by now, and must not be once more.
    execution.enter(operation, isLost ? "waiting" : "active");
    if (isLost) continue;
    operation.behaviour.live(operation, execution).catch((error: unknown) => {
      if (isFinal(error)) return execution.fail(operation, error);
      execution.log.error("an operation failed inside the engine", {
        operation: operation.key,
        error,
      });
      void execution.end("lost");
    });
  }
}

/**
 * Marks what was asked for, not begun here and not recorded as done, if the run was taken over; and what
 * a former owner may be about to settle although it was denied or given up here.
 */
export async function markHeld(execution: Execution): Promise<Ending | undefined> {
  return mark(execution, heldOf(execution));
}

/**
 * Gives the code the first of the answers that deny a patch. A former owner's record of the other answer must
 * not land once it has: it is fenced first, and if it is there already, the history was read too early.
 */
export async function deny(execution: Execution): Promise<Ending | undefined> {
  const { denials, marksFirst, unfenced } = execution;
  const denied = unfenced.filter(({ kind }) => kind === "patch");
  if (marksFirst && denied.length > 0) {
    execution.unfenced = unfenced.filter(({ kind }) => kind !== "patch");
    return markAll(execution, denied);
  }
  execution.idleSince = undefined;
  denials.shift()?.();
  return undefined;
}

async function mark(execution: Execution, held: readonly Operation[]): Promise<Ending | undefined> {
  if (!execution.marksFirst) return undefined;
  const undone = held.filter(({ record }) => record?.state !== "done");
  const open: Markable[] = [...undone, ...execution.unfenced];
  execution.unfenced = [];
  for (const asked of inAskingOrder(open)) {
    const ending = await markAll(execution, asked);
    if (ending) return ending;
  }
  return undefined;
}

/**
 * Operations by how much the code had been given when it asked for them, the least first. An outcome of the
 * former owner may have landed since the history was read, in a place before one that the code was given: what
 * was asked for after that may never be asked for, and must not be marked before this is known to be excluded.
 */
function inAskingOrder(open: readonly Markable[]): Markable[][] {
  const groups = new Map<number, Markable[]>();
  for (const one of open) {
    const { askedAfter = 0 } = one;
    const group = groups.get(askedAfter);
    if (group) group.push(one);
    else groups.set(askedAfter, [one]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/**
 * Row 3. The last owner never gave the run back and may still be at work on what is pending: each
 * such operation is raised to this epoch before its body may start. One that is done meanwhile
 * means that the history was read too early.
 */
async function markAll(
  execution: Execution,
  held: readonly Markable[],
): Promise<Ending | undefined> {
  const { deps, historyPk, meta } = execution;
  const now = deps.clock.now();
  const records = await Promise.all(
    held.map(({ key, kind, ordinal, record, isGivenUp }) =>
      deps.store.markOperation(
        historyPk,
        {
          key,
          kind,
          ordinal,
          epoch: meta.epoch,
          nonce: deps.ids.nonce(),
          now,
          counts: execution.countsKills && !isGivenUp && mayHaveBeenRunning(kind, record, now),
        },
        meta.historyTtl,
      ),
    ),
  );
  for (const [index, operation] of held.entries()) {
    const record = records[index];
    if (!record) return { kind: "reload" };
    operation.record = record;
    if (record.kills >= LIMITS.killsMax) {
      return { kind: "fail", error: killsItsProcess(operation), operation: operation.key };
    }
  }
  return undefined;
}

/** The error of a run whose operation was left unfinished by worker after worker. */
const killsItsProcess = (operation: Markable): NoProgressError =>
  new NoProgressError(
    `${operation.kind} "${operation.key}" was running each of the ${LIMITS.killsMax} times its process died; see whether it exhausts memory or ends the process`,
  );

const mayHaveBeenRunning = (
  kind: OperationKind,
  record: OperationRecord | undefined,
  now: EpochMs,
): boolean =>
  kind === "step" && !(record?.state === "backoff" && (record.nextAttemptAt ?? 0) > now);

/** Hands messages to those that wait for them; whether there were any. */
export function wakeMail({ outside, pending }: Execution): boolean {
  let woken = false;
  for (const operation of pending.values()) {
    const { wait } = operation;
    const message = wait?.message === undefined ? undefined : outside.mailbox.take(wait.message);
    if (!message) continue;
    operation.taken = message.id;
    wait?.wake({ message });
    woken = true;
  }
  return woken;
}

/** Wakes what waited for a time that has come; whether there was any. */
export function wakeDue(execution: Execution): boolean {
  const now = execution.deps.clock.now();
  const due = [...execution.pending.values()].filter(
    ({ wait }) => wait?.wakeAt !== undefined && wait.wakeAt <= now,
  );
  due.sort((a, b) => (a.wait?.wakeAt ?? 0) - (b.wait?.wakeAt ?? 0));
  for (const { wait } of due) wait?.wake();
  return due.length > 0;
}

/** Milliseconds until the first of the waits for a time ends; undefined when there is none. */
export function untilNextWake(execution: Execution): number | undefined {
  const wakeAt = earliestWake(execution);
  return wakeAt === undefined ? undefined : Math.max(wakeAt - execution.deps.clock.now(), 0);
}

/** When the first of the waits for a time, or the run's time, ends; undefined when there is none. */
export function earliestWake({ meta, outside, pending }: Execution): EpochMs | undefined {
  let earliest = outside.cancel ? undefined : meta.deadline;
  for (const { wait } of pending.values()) {
    if (wait?.wakeAt !== undefined && wait.wakeAt < (earliest ?? Number.POSITIVE_INFINITY)) {
      earliest = wait.wakeAt;
    }
  }
  return earliest;
}

/** Whether a body of that length may start now, without waiting for leave; it then counts as started. */
export function mayStartBody(execution: Execution, bodyMs: number): boolean {
  const { deps, invocation, lease } = execution;
  if (execution.isStopping || !lease.allowsWork) return false;
  if (deps.clock.now() + bodyMs > invocation.deadlineAt) return false;
  execution.hasStartedBody = true;
  return true;
}

/** Lets bodies start that fit what is left of the lease and the invocation; whether any did. */
export function grantBodies(execution: Execution): boolean {
  const { deps, invocation, lease, pending } = execution;
  // What has done nothing here yet would get no further in another invocation, only as far as this.
  const isFresh = !execution.hasStartedBody && execution.settledLive === 0;
  let granted = false;
  for (const operation of pending.values()) {
    const { wait } = operation;
    if (wait?.bodyMs === undefined || execution.isStopping || isLosing(execution, operation))
      continue;
    if (!isFresh && deps.clock.now() + wait.bodyMs > invocation.deadlineAt) {
      execution.isStopping = true;
    } else if (lease.allowsWork) {
      wait.wake();
      granted = true;
      execution.hasStartedBody = true;
    }
  }
  return granted;
}
