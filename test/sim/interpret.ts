import { type Context, workflow } from "../../lambda/index.ts";
import type { Workflow } from "../../lambda/engine/workflow.ts";
import type { Process } from "../../lambda/testing/process.ts";
import { type Code, isBroken, runBroken } from "./broken.ts";
import { changed } from "./deploys.ts";
import type { Bodies } from "./bodies.ts";
import type { Block, Frame, Program } from "./node-kind.ts";
import { kindOf } from "./nodes/index.ts";
import { nameOf, shown, Trace } from "./trace.ts";

/** Makes workflows of programs, as one process has them; each execution has a trace of its own. */
export function interpret(
  programs: readonly Program[],
  process: Process,
  bodies: Bodies,
  begun: (trace: Trace) => void,
  code?: Code,
): Workflow[] {
  const workflows: Workflow[] = [];
  for (const { name, body } of changed(programs, code?.change)) {
    const run = async (ctx: Context, input: unknown): Promise<unknown> => {
      const round = roundOf(input);
      const trace = new Trace(ctx.runId, ctx.attempt, process, round);
      begun(trace);
      try {
        const values = await runBlock(body, { trace, bodies, workflows, round, code }, ctx);
        trace.close(`returns ${shown(values)}`);
        return values;
      } catch (error) {
        trace.close(`throws ${nameOf(error)}`);
        throw error;
      }
    };
    workflows.push(workflow<unknown, unknown>(name, {}, run));
  }
  const gone = code?.change?.kind === "gone" ? code.change.program : undefined;
  return workflows.filter((_, program) => program !== gone);
}

/** The round that an input says it is for: that of a start says nothing. */
const roundOf = (input: unknown): number =>
  typeof input === "object" && input !== null && "round" in input ? Number(input.round) : 1;

async function runBlock(
  block: Block,
  parts: Pick<Frame, "trace" | "bodies" | "workflows" | "round"> & {
    readonly code: Code | undefined;
  },
  ctx: Context,
): Promise<unknown[]> {
  const frame: Frame = {
    ...parts,
    ctx,
    run: (inner, other = ctx) => runBlock(inner, parts, other),
  };
  const values: unknown[] = [];
  for (const node of block) {
    const { code, trace } = parts;
    const running =
      code && isBroken(code, node, trace)
        ? runBroken(code, node, frame)
        : kindOf(node).run(node, frame);
    const value = await running;
    if (value !== undefined) values.push(value);
  }
  return values;
}
