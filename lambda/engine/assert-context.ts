import { WrongContextError } from "../core/errors.ts";
import type { Execution } from "./execution.ts";

/** Throws WrongContextError when the calling code is a step's body or belongs to another run. */
export function assertContext(execution: Execution, name: string): void {
  const here = execution.deps.where.getStore();
  if (here?.step !== undefined) {
    throw new WrongContextError(
      `"${name}" was asked of ctx inside the body of step "${here.step}"; a step's body cannot use ctx: move the call out of it`,
    );
  }
  if (here && here.execution !== execution) {
    throw new WrongContextError(
      `"${name}" was asked of the ctx of run ${execution.meta.id} by code of run ${here.run}; use the ctx your own workflow was given`,
    );
  }
}
