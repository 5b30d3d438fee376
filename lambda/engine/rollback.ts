import { ROLLBACK_PREFIX } from "../core/undone.ts";
import type { Execution } from "./execution.ts";
import { step } from "./ops/step.ts";
import type { Result } from "./output.ts";

/**
 * Ends the code's part of a run: when it has failed or was cancelled, its completed steps are undone
 * before what it came to counts.
 */
export async function conclude(execution: Execution, result: Result): Promise<void> {
  if (!result.ok || execution.isCancelled) await rollBack(execution);
  execution.returned = result;
  execution.bell.ring();
}

/**
 * Undoes completed steps, the last one first. Each rollback is an operation, recorded once and retried
 * like a step; one that fails for good is told, and the others go on.
 */
async function rollBack(execution: Execution): Promise<void> {
  for (let last = execution.undos.pop(); last; last = execution.undos.pop()) {
    const { key, undo, value } = last;
    const request = {
      key: ROLLBACK_PREFIX + key,
      kind: "rollback",
      scope: "",
      ordinal: -1,
    } as const;
    const behaviour = step({}, (context) => undo(value, context));
    await execution.enqueue(request, behaviour).catch((error: unknown) => {
      execution.log.error("a rollback failed for good; the others go on", { step: key, error });
    });
  }
}
