import type { Branches, Context } from "../engine/context.ts";
import type { StepBody, StepContext, StepOptions } from "../engine/ops/step-options.ts";
import type { Workflow } from "../engine/workflow.ts";
import type { Process } from "./process.ts";
import type { StepCalls } from "./step-calls.ts";

type Each = (branch: Context, item: unknown, index: number) => Promise<unknown>;

/** A workflow as one process runs it, the bodies of its steps watched. */
export function instrumented(workflow: Workflow, steps: StepCalls, process: Process): Workflow {
  const { name } = workflow;
  const watched = (ctx: Context, step: string, body: StepBody<unknown>): StepBody<unknown> =>
    steps.watched({ workflow: name, runId: ctx.runId, step }, body, process);

  const rollbackOf = (ctx: Context, step: string, options: StepOptions = {}): StepOptions => {
    const { rollback } = options;
    if (!rollback) return options;
    const undo = (value: unknown, given: StepContext) =>
      watched(ctx, `@rollback/${step}`, async () => rollback(value, given))(given);
    return { ...options, rollback: undo };
  };

  const within = (ctx: Context): Context => {
    const branched = (branches: Branches): Branches =>
      Object.fromEntries(
        Object.entries(branches).map(([label, run]) => [label, (branch) => run(within(branch))]),
      );
    const step = (label: string, ...given: readonly unknown[]) => {
      const body = given.at(-1);
      // The engine says what is wrong with it.
      if (typeof body !== "function") return ctx.step(label, body as StepBody<unknown>);
      const seen = watched(ctx, label, body as StepBody<unknown>);
      if (given.length === 1) return ctx.step(label, seen);
      return ctx.step(label, rollbackOf(ctx, label, given[0] as StepOptions | undefined), seen);
    };
    const map = (label: string, items: readonly unknown[], ...given: readonly unknown[]) => {
      const each = given.at(-1) as Each;
      const run: Each = (branch, item, index) => each(within(branch), item, index);
      const last = typeof each === "function" ? run : each;
      return (ctx.map as (...all: unknown[]) => Promise<unknown>)(
        label,
        items,
        ...given.slice(0, -1),
        last,
      );
    };
    // Wrappers of overloads, which the language cannot relate to them.
    return {
      ...ctx,
      step,
      map: map as Context["map"],
      parallel: ((label, branches, options) =>
        ctx.parallel(label, branched(branches), options)) as Context["parallel"],
      race: ((label, branches) => ctx.race(label, branched(branches))) as Context["race"],
    };
  };
  return {
    name,
    inputSchema: workflow.inputSchema,
    outputSchema: workflow.outputSchema,
    version: workflow.version,
    run: async (ctx, input) => workflow.run(within(ctx), input),
  };
}
