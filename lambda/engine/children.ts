import { LIMITS } from "../core/limits.ts";
import { isFinished } from "../core/status.ts";
import type { Meta, RunReference } from "../store/meta.ts";
import type { Execution } from "./execution.ts";
import { sendHint } from "./send-hint.ts";

/**
 * Reads the META of every pending child, which is the truth about it; its notice was only a hint to
 * look. Wakes the operations whose child has finished or is missing.
 */
export async function readChildren(execution: Execution): Promise<void> {
  const { deps, outside, pending } = execution;
  outside.areChildrenStale = false;
  const waiting = [...pending.values()].filter(({ wait }) => wait?.childId !== undefined);
  if (waiting.length === 0) return;
  const metas = await deps.store.readRuns(waiting.map(({ wait }) => wait?.childId ?? ""));
  for (const operation of waiting) {
    const { hasSeenChild: isKnown = false, wait } = operation;
    operation.hasSeenChild = true;
    const child = metas.get(wait?.childId ?? "");
    if (!child || isFinished(child.status)) {
      wait?.wake({ child });
    } else if (!isKnown && !isSureToTell(child, execution.meta)) {
      // A former owner may have died after the record of the wait, before it joined that run; or this one had
      // ended, so that its place was given up.
      wait?.wake({ child });
    } else if (!isKnown && child.epoch === 0 && (child.dueAt ?? 0) <= deps.clock.now()) {
      // Its starter may have died between the put and the hint.
      await sendHint(deps, { run: child.id, for: child.dueAt });
    }
  }
}

/** Whether a run is to send its notice to that other one. */
export const isAwaitedBy = ({ waiters }: Meta, { id, incarnation }: RunReference): boolean =>
  waiters.some((one) => one.id === id && one.incarnation === incarnation);

/**
 * Whether nothing more need be done for a run to send its notice to that other one. Where all places are
 * taken, a third run may have seen this one ended before it was resumed, and be about to give its place up.
 */
export const isSureToTell = (child: Meta, parent: RunReference): boolean =>
  child.waiters.length < LIMITS.waitersMax && isAwaitedBy(child, parent);
