import type { Encoded } from "../core/codec.ts";
import { encodeError } from "../core/encode-error.ts";
import { isSavepointError } from "../core/error-codes.ts";
import { LIMITS } from "../core/limits.ts";
import type { Outcome as RunOutcome } from "../store/finish-run.ts";
import type { OperationRecord } from "../store/operation.ts";
import { endTtl } from "../store/start-run.ts";
import type { StoredValue } from "../store/values.ts";
import { cancelAbandoned } from "./cancel-child.ts";
import { dropAll, endOfCancelled } from "./cancelled.ts";
import { noLongerAsked } from "./drive.ts";
import type { Execution } from "./execution.ts";
import { earliestWake } from "./pending.ts";
import type { Result } from "./output.ts";
import { sendHint } from "./send-hint.ts";
import { settleOwed } from "./settle-owed.ts";
import { loggableError } from "./tell-failure.ts";
import { type TracedEnd, tracedRun } from "./telemetry.ts";
import { codeOf, type Workflow } from "./workflow.ts";

/** How a run left this worker: given back, still owned (a park was refused), or another's. */
export type Released = "released" | "refused" | "lost";

/**
 * Parks: everything left waits on something durable. A refusal by a wake-up that came meanwhile
 * brings the new count; then every child is read again before anything is decided.
 */
export async function park(execution: Execution): Promise<Released> {
  const { deps, lease, meta, outside, pending } = execution;
  const seenWakeSeq = outside.wakeSeq;
  await lease.pause();
  const now = deps.clock.now();
  const dueAt = earliestWake(execution);
  const waits = [...pending.values()].map(({ wait }) => wait);
  const children = waits.filter((wait) => wait?.childId !== undefined).length;
  const parked = await deps.store.parkRun(lease.me, deps.ids.nonce(), {
    now,
    dueAt,
    seenWakeSeq,
    left: outside.mailbox.spent > 0 ? outside.mailbox.left : undefined,
    // One child: its end is what the code waits for. Several: which of them is not known here.
    quorum: children === 1 ? 1 : undefined,
    progress: execution.progress,
    isFenced: execution.isFenced,
    historyTtl: meta.historyTtl,
  });
  if (parked.outcome === "refused") {
    const { isPauseAsked } = outside;
    execution.heard(parked.meta);
    const isNews = outside.wakeSeq !== seenWakeSeq || outside.isPauseAsked !== isPauseAsked;
    if (!isNews) return handOver(execution);
    lease.keep();
    return "refused";
  }
  execution.close("over");
  if (parked.outcome === "lost") return "lost";
  const ahead = dueAt === undefined ? undefined : dueAt - now;
  if (ahead !== undefined && ahead <= LIMITS.hintDelayMaxMs) {
    await sendHint(deps, { run: meta.id, for: dueAt }, ahead + 1_000);
  }
  return "released";
}

/** Gives the run back as paused; refused when the pause was taken back meanwhile. */
export async function releasePaused(execution: Execution): Promise<Released> {
  const { deps, lease, meta, outside } = execution;
  await lease.pause();
  const { isFenced } = execution;
  const paused = await deps.store.releasePaused(lease.me, deps.ids.nonce(), { ...meta, isFenced });
  if (paused.outcome === "refused") {
    execution.heard(paused.meta);
    outside.isPauseAsked = paused.meta.isPauseAsked;
    execution.isStopping = false;
    lease.keep();
    return "refused";
  }
  execution.close("over");
  return paused.outcome === "done" ? "released" : "lost";
}

/** Gives the run back to go on at once in a fresh invocation. */
export async function handOver(execution: Execution): Promise<Released> {
  const { deps, lease, meta } = execution;
  execution.close("over");
  await lease.pause();
  const now = deps.clock.now();
  const given = await deps.store.handOverRun(lease.me, deps.ids.nonce(), {
    now,
    progress: execution.unmarkedProgress(),
    isFenced: execution.isFenced,
  });
  if (given.outcome !== "done") return "lost";
  await sendHint(deps, { run: meta.id, for: now });
  return "released";
}

/** Sets the run aside until other code is deployed. */
export async function block(
  execution: Execution,
  workflow: Workflow | undefined,
  error: Error,
): Promise<Released> {
  const { deps, lease, meta } = execution;
  if (!(await quiesce(execution))) return "lost";
  const kept = await keepOutcome(execution, encodeError(error));
  await lease.pause();
  const blocked = await deps.store.blockRun(lease.me, deps.ids.nonce(), {
    error: kept,
    code: codeOf(workflow, deps.settings.code),
    now: deps.clock.now(),
    deadline: meta.deadline,
  });
  deps.log.error("run blocked", { run: meta.id, workflow: meta.workflow, error });
  if (blocked.outcome !== "done") return "lost";
  tellEnd(execution, "blocked", error);
  return "released";
}

/** Ends the run with what its function came to, unless its history holds what was never asked for. */
export async function finish(
  execution: Execution,
  workflow: Workflow,
  returned: Result,
): Promise<Released> {
  const unasked = unaskedOf(execution);
  if (unasked) {
    const cause = returned.ok ? undefined : returned.error;
    return block(execution, workflow, noLongerAsked(unasked, cause));
  }
  if (!(await quiesce(execution))) return "lost";
  // Those that replay has abandoned have not been told, if the code ended in it.
  await cancelAbandoned(execution);
  if (execution.isCancelled) return endCancelled(execution);
  return record(execution, await endOf(execution, returned));
}

/** Something that is recorded and that the code has not asked for. */
export function unaskedOf(execution: Execution): OperationRecord | undefined {
  const { history } = execution;
  // A record that is only a takeover's mark says nothing of what the code has asked for. A rollback's says that it
  // may have taken effect.
  const begun = history.unfinished.filter(
    ({ state, kind }) => state !== "pending" || kind === "rollback",
  );
  return [...history.rest, ...begun].find(
    ({ key, kind }) => kind !== "patch" && !execution.hasAsked(key),
  );
}

/** Ends the run with an error of the engine's, and the operation that is to blame if it is known. */
export async function fail(
  execution: Execution,
  error: Error,
  operation?: string,
): Promise<Released> {
  if (!(await quiesce(execution))) return "lost";
  await cancelAbandoned(execution);
  if (execution.outside.cancel) return endCancelled(execution);
  return record(execution, await failed(execution, error, operation));
}

/** Ends the run as cancelled; its children have their cancel requests by then, whoever had asked for them. */
export async function endCancelled(execution: Execution): Promise<Released> {
  const { meta, outside } = execution;
  execution.close("over");
  dropAll(execution);
  await cancelAbandoned(execution);
  const error = endOfCancelled(meta.id, outside.cancel);
  const kept = await keepOutcome(execution, encodeError(error));
  return record(execution, { outcome: { status: "cancelled", error: kept }, error });
}

/**
 * Ends the execution and waits for its writes: nothing is released, and no history read again, with
 * one in flight. Whether the run is still this worker's.
 */
export async function quiesce(execution: Execution): Promise<boolean> {
  execution.close("over");
  while (execution.hasWrites) await execution.bell.wait();
  return execution.ending !== "lost";
}

/** How a run ends, and the error itself, which telemetry is told of. */
interface End {
  readonly outcome: RunOutcome;
  readonly error?: unknown;
}

async function record(execution: Execution, { outcome, error }: End): Promise<Released> {
  const { deps, lease, meta, outside } = execution;
  const cancel = outcome.status === "cancelled" ? outside.cancel : undefined;
  const { historyTtl } = meta;
  let seen = { waiters: meta.waiters, cancel, historyTtl };
  await lease.pause();
  for (;;) {
    const now = deps.clock.now();
    const done = await deps.store.finishRun(lease.me, deps.ids.nonce(), outcome, seen, now);
    if (done.outcome === "done") {
      tellEnd(execution, outcome.status, error);
      if (outcome.status === "failed") {
        const { failedOperation: step } = outcome;
        execution.log.error("run failed", { step, error: loggableError(error) });
      }
      await settleOwed(deps, done.meta, false);
      return "released";
    }
    if (done.outcome === "lost") return "lost";
    // A cancel request the code has not seen: the next claim delivers it.
    if (done.meta.cancel?.nonce !== cancel?.nonce) return handOver(execution);
    seen = { waiters: done.meta.waiters, cancel, historyTtl };
  }
}

async function endOf(execution: Execution, returned: Result): Promise<End> {
  if (!returned.ok) return failed(execution, returned.error);
  const output = await keepOutcome(execution, returned.output);
  return { outcome: { status: "succeeded", output } };
}

async function failed(execution: Execution, error: unknown, operation?: string): Promise<End> {
  const kept = await keepOutcome(execution, encodeError(error));
  const failedOperation = operation ?? execution.origins.of(error);
  return { outcome: { status: "failed", error: kept, failedOperation }, error };
}

function tellEnd(execution: Execution, status: TracedEnd["status"], error: unknown): void {
  const { deps, meta } = execution;
  const ageMs = deps.clock.now() - meta.startedAt;
  const code = isSavepointError(error) ? error.code : undefined;
  deps.telemetry?.ended?.({ run: tracedRun(meta), status, code, ageMs });
}

function keepOutcome(execution: Execution, value: Encoded): Promise<StoredValue> {
  const { deps, historyPk, meta } = execution;
  return deps.store.values.keep(value, {
    historyPk,
    inlineBytes: LIMITS.metaOutcomeBytes,
    // Outcomes are read for as long as META is kept, which is from the finish on.
    ttlSeconds: endTtl(deps.clock.now(), meta),
    nonce: deps.ids.nonce(),
  });
}
