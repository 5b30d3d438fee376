import { isFinished } from "../core/status.ts";
import type { Execution } from "./execution.ts";
import { sendHint } from "./send-hint.ts";

/**
 * Reads the META of every pending child, which is the truth about it; its notice was only a hint to
 * look. Wakes the operations whose child has finished or is missing; whether there was any.
 */
export async function readChildren(execution: Execution): Promise<boolean> {
  const { deps, pending } = execution;
  const isFirstLook = !execution.hasReadChildren;
  execution.areChildrenStale = false;
  execution.hasReadChildren = true;
  const waiting = [...pending.values()].filter(({ wait }) => wait?.childId !== undefined);
  if (waiting.length === 0) return false;
  const metas = await deps.store.readRuns(waiting.map(({ wait }) => wait?.childId ?? ""));
  let woken = false;
  for (const { wait } of waiting) {
    const child = metas.get(wait?.childId ?? "");
    if (!child || isFinished(child.status)) {
      wait?.wake(child);
      woken = true;
    } else if (isFirstLook && child.epoch === 0 && (child.dueAt ?? 0) <= deps.clock.now()) {
      // Its starter may have died between the put and the hint.
      await sendHint(deps, { run: child.id, for: child.dueAt });
    }
  }
  return woken;
}
