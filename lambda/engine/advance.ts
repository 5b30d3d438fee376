import { WorkflowNotFoundError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Claimed } from "../store/claim-run.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import type { OperationRecord } from "../store/operation.ts";
import { partitionsOf } from "../store/restamp.ts";
import { birthTtl } from "../store/start-run.ts";
import { isCapped, killsWhenRead, noProgress } from "./caps.ts";
import { continueAsNew } from "./continue.ts";
import { createContext } from "./create-context.ts";
import type { EngineDependencies, Invocation } from "./dependencies.ts";
import { drive } from "./drive.ts";
import { Execution } from "./execution.ts";
import { isFinal } from "./final-error.ts";
import { History } from "./history.ts";
import { Lease } from "./lease.ts";
import { leaseHolder } from "./lease-holder.ts";
import { inputOf } from "./ops/child.ts";
import { cancelOrphan } from "./orphan.ts";
import { judged, NO_OUTPUT, type Result } from "./output.ts";
import {
  block,
  endCancelled,
  fail,
  finish,
  handOver,
  park,
  quiesce,
  type Released,
  releasePaused,
} from "./release.ts";
import { conclude } from "./rollback.ts";
import { Scope } from "./scope.ts";
import type { Workflow } from "./workflow.ts";

/** A claim, with the monotonic time until which its lease may be trusted. */
export interface HeldClaim extends Claimed {
  readonly monotonicUntil: number;
}

/**
 * Advances a claimed run as far as this invocation can: replays its history, goes on from there, and
 * gives it back finished, parked, blocked or handed over. `lost` means that its message must come
 * back: the run belongs to another worker, or its lease is left to end.
 */
export async function advanceRun(
  deps: EngineDependencies,
  claim: HeldClaim,
  invocation: Invocation,
): Promise<"released" | "lost"> {
  const { meta } = claim;
  const lease = new Lease(
    deps,
    {
      id: meta.id,
      incarnation: meta.incarnation,
      generation: meta.generation,
      epoch: meta.epoch,
      owner: meta.owner ?? "",
    },
    meta.leaseUntil ?? 0,
    claim.monotonicUntil,
  );
  // An owner is as patient as its lease, but leaves before the function is ended from outside.
  const leaveAt = invocation.deadlineAt + deps.settings.deadlineMarginMs / 2;
  const store = deps.store.until(() => Math.min(lease.safeUntil, leaveAt));
  let execution: Execution | undefined;
  let held = claim;
  lease.keep();
  try {
    for (;;) {
      execution = await load({ ...deps, store }, held, lease, invocation, execution);
      lease.holder = leaseHolder(execution);
      const released = await advanceOrFail(execution);
      if (typeof released === "object") {
        held = { ...claim, isTakeover: false, meta: released.next };
      } else if (released === "reload") {
        // A cancel that was heard of since is not taken back, and may be in the history by now.
        held = { ...held, meta: { ...held.meta, cancel: execution.outside.cancel } };
      } else {
        return released;
      }
    }
  } catch (error) {
    deps.log.error("run not advanced; it goes on when its lease has ended", {
      run: meta.id,
      error,
    });
    execution?.close("lost");
    return "lost";
  } finally {
    await lease.stop();
  }
}

/** Reads the history, anew after a `former` one; a run claimed for the first time has none to read. */
async function load(
  deps: EngineDependencies,
  claim: HeldClaim,
  lease: Lease,
  invocation: Invocation,
  former: Execution | undefined,
): Promise<Execution> {
  const { isTakeover } = claim;
  const meta = await restamped(deps, claim.meta, lease);
  const isUnread = killsWhenRead(meta) !== undefined;
  const isNew = former === undefined && meta.epoch === 1 && !isTakeover && meta.generation === 0;
  const records = isUnread || isNew ? [] : await deps.store.loadHistory(historyOf(meta));
  const history = new History(records);
  return new Execution(deps, {
    meta,
    lease,
    history,
    invocation,
    isTakeover,
    countsKills: former === undefined,
    // Two records of one epoch must not share a place.
    placesTaken: former?.settlements.reserved ?? 0,
    longestBodyMs: longestStep(records),
  });
}

/**
 * A long-lived run whose records near their end of life gets a new one before it goes on: should it end now, they
 * must last as long as it may be resumed.
 */
async function restamped(deps: EngineDependencies, meta: Meta, lease: Lease): Promise<Meta> {
  const now = deps.clock.now();
  if (meta.historyTtl * 1000 - now >= LIMITS.retentionMs) return meta;
  const historyTtl = birthTtl(now);
  const partitions = await partitionsOf(deps.store.values, meta);
  await deps.store.restampHistory(lease.me, deps.ids.nonce(), partitions, historyTtl);
  return { ...meta, historyTtl };
}

/** The longest a step of this run has taken, as far as the history can tell. */
const longestStep = (records: readonly OperationRecord[]): number =>
  records
    .filter(
      ({ kind, failures, deadlineAborts }) => kind === "step" && failures + deadlineAborts === 0,
    )
    .reduce((longest, one) => Math.max(longest, (one.endedAt ?? one.startedAt) - one.startedAt), 0);

/** How a run came to an end in this worker, or is to be loaded anew: as it was, or in its next round. */
type Advanced = "released" | "lost" | "reload" | { readonly next: Meta };

/** What no other owner would fare better with ends the run with that error. */
async function advanceOrFail(execution: Execution): Promise<Advanced> {
  try {
    return await advance(execution);
  } catch (error) {
    if (!isFinal(error)) throw error;
    return settled(await fail(execution, error));
  }
}

async function advance(execution: Execution): Promise<Advanced> {
  const { deps, meta } = execution;
  const unreadable = killsWhenRead(meta);
  if (unreadable) return settled(await fail(execution, unreadable));
  const workflow = deps.workflows.get(meta.workflow);
  if (!workflow) return settled(await block(execution, undefined, unknownWorkflow(execution)));
  if (isCapped(meta)) {
    if (execution.unmarkedProgress() === undefined) {
      return settled(
        await fail(
          execution,
          noProgress(meta, whatItWasAt(execution)),
          execution.history.unfinished[0]?.key,
        ),
      );
    }
    await execution.lease.beat();
  }
  await cancelOrphan(execution);
  // Nothing has begun that could be cleaned up or undone.
  if (execution.mustCancel && execution.history.isEmpty && !execution.marksFirst) {
    return settled(await endCancelled(execution));
  }
  const input = await inputOf(execution);
  // Nothing that the code asks is heard any more once a heartbeat was refused.
  if (execution.ending === "lost") return "lost";
  begin(execution, workflow, input);
  for (;;) {
    const ending = await drive(execution);
    switch (ending.kind) {
      case "returned":
        return settled(await finish(execution, workflow, execution.returned ?? NO_OUTPUT));
      case "continue": {
        const continued = await continueAsNew(execution, ending.with);
        return typeof continued === "object" ? continued : settled(continued);
      }
      case "fail":
        return settled(await fail(execution, ending.error, ending.operation));
      case "block":
        return settled(await block(execution, workflow, ending.error));
      case "hand-over":
        return settled(await handOver(execution));
      case "quiet": {
        const released = await park(execution);
        if (released !== "refused") return released;
        break;
      }
      case "pause": {
        const released = await releasePaused(execution);
        if (released !== "refused") return released;
        break;
      }
      case "reload":
        return (await quiesce(execution)) ? "reload" : "lost";
      case "lost":
        return "lost";
    }
  }
}

/** Only a park and a pause are ever refused. */
const settled = (released: Released): "released" | "lost" =>
  released === "released" ? "released" : "lost";

const unknownWorkflow = ({ deps, meta }: Execution): WorkflowNotFoundError =>
  new WorkflowNotFoundError(
    `run ${meta.id} is of workflow "${meta.workflow}", which this worker does not have (it has ${[...deps.workflows.keys()].join(", ") || "none"}); deploy one that has it, or give it to the test engine`,
  );

/** The operation a stuck run was last seen at. */
function whatItWasAt({ history, meta }: Execution): string {
  const unfinished = history.unfinished;
  if (unfinished.length > 0)
    return unfinished.map(({ kind, key }) => `${kind} "${key}"`).join(", ");
  const [running] = meta.activity;
  const last = running ?? history.rest.at(-1)?.key;
  return last === undefined ? "its beginning" : `"${last}"`;
}

/** Calls the workflow's function; it runs until its first await and goes on as it is answered. */
export function begin(execution: Execution, workflow: Workflow, input: unknown): void {
  const { deps, meta } = execution;
  const context = createContext(execution, new Scope());
  const where = { run: meta.id, execution, step: undefined };
  const call = async () => {
    const result = await (async () => workflow.run(context, input as never))().then(
      (value) => judged(execution, workflow, value),
      (error: unknown): Result => ({ ok: false, error }),
    );
    await conclude(execution, result);
  };
  void deps.where.run(where, call);
}
