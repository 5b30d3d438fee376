import type { Execution } from "./execution.ts";
import type { Operation, Wait, Waker } from "./operation.ts";

/** Waits in the words of `wait`; resolves with what woke it, or never once the execution is over. */
export function waitFor(
  execution: Execution,
  operation: Operation,
  wait: Omit<Wait, "wake">,
): Promise<Waker> {
  return new Promise((resolve) => {
    operation.wait = {
      ...wait,
      wake: (by = {}) => {
        operation.wait = undefined;
        execution.enter(operation, "active");
        resolve(by);
      },
    };
    execution.enter(operation, "waiting");
  });
}
