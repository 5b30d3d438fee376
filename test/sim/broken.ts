import type { CodeChange } from "./deploys.ts";
import type { Frame } from "./node-kind.ts";
import type { Node, StepNode } from "./nodes/index.ts";
import type { Trace } from "./trace.ts";

/** The code of a process, as far as it is not that of the programs. */
export interface Code {
  readonly change: CodeChange | undefined;
  /** What the executions before one saw of the same history. */
  readonly before: (trace: Trace) => readonly Trace[];
  /** Told that a body was entered that no execution may come to. */
  readonly entered: (run: string) => void;
}

/**
 * Whether the code asks for something else than for a step. Only runs whose history holds it meet the
 * change: others are treated as before, so that nothing is recorded that the right code would not ask for.
 */
export function isBroken({ change, before }: Code, node: Node, trace: Trace): node is StepNode {
  const isChanged = change !== undefined && "node" in change && change.node === node.id;
  return (
    isChanged &&
    node.type === "step" &&
    isRecorded(trace, `step ${node.name} (${node.id})`, before(trace))
  );
}

/** Runs a step as broken code does. */
export async function runBroken(
  { change, entered }: Code,
  node: StepNode,
  { ctx, trace }: Frame,
): Promise<void> {
  trace.isBlind = true;
  if (change?.kind === "renamed") await ctx.step("renamed", () => entered(ctx.runId));
  if (change?.kind === "of another kind") await ctx.sleep(node.name, 1);
}

/** Whether what an execution is about to ask for has been given to one before it, each time it was asked. */
function isRecorded(trace: Trace, what: string, before: readonly Trace[]): boolean {
  const times = (events: readonly string[], verb: string) =>
    events.filter((event) => event.startsWith(`${verb} ${what}`)).length;
  const asked = times(trace.events, "asks");
  return before.some(({ events, ownEvents }) => {
    const own = events.slice(0, ownEvents);
    const given = times(own, "gets");
    return given > asked && given === times(own, "asks");
  });
}
