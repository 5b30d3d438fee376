import type { OptionNames } from "../core/known-options.ts";
import type { BranchOptions, TolerantBranchOptions } from "./context.ts";
import type { ChildOptions } from "./ops/child.ts";
import type { StepOptions } from "./ops/step-options.ts";
import type { WorkflowOptions } from "./workflow.ts";

/** Options of `workflow`. */
export const WORKFLOW_OPTIONS: OptionNames<WorkflowOptions<never, never, never, never>> = {
  input: true,
  output: true,
  version: true,
};

/** Options of `ctx.step`. */
export const STEP_OPTIONS: OptionNames<StepOptions> = {
  retry: true,
  timeout: true,
  rollback: true,
  atMostOnce: true,
};

/** Options of `ctx.run` and `ctx.start`. */
export const CHILD_OPTIONS: OptionNames<ChildOptions> = { key: true, id: true, timeout: true };

/** Options of `ctx.waitFor`. */
export const WAIT_OPTIONS = { timeout: true } as const;

/** Options of `ctx.token`. */
export const TOKEN_OPTIONS = { schema: true, timeout: true } as const;

/** Options of `ctx.parallel`. */
export const BRANCH_OPTIONS: OptionNames<BranchOptions> = { concurrency: true };

/** Options of `ctx.map`. */
export const MAP_OPTIONS: OptionNames<TolerantBranchOptions> = {
  concurrency: true,
  tolerate: true,
};
