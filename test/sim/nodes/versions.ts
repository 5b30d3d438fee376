import { LEAF, type NodeKind } from "../node-kind.ts";

/** A question whether this run follows a change of the code. */
export interface PatchedNode {
  readonly type: "patched";
  readonly id: number;
  readonly change: string;
  /** Whether a step is asked for beside it. */
  readonly isBusy: boolean;
  /** How long the run sleeps first, milliseconds: a cancel may come just before the question. */
  readonly restMs: number;
}

/** The end of a round, and the next one, until there were so many. */
export interface AgainNode {
  readonly type: "again";
  readonly id: number;
  readonly rounds: number;
}

/** What changed code does beyond what a program as it was drawn does: see `deploys.ts`. */
export interface AddedNode {
  readonly type: "added";
  readonly id: number;
}

/** Name of the change that a deployment makes, and of the step that it adds. */
export const ADDED = "added";

/** A step that only runs take that were not past it before it was there. Traces do not tell of it. */
export const added: NodeKind<AddedNode> = {
  ...LEAF,
  weight: 0,
  generate: ({ nextId }) => ({ type: "added", id: nextId() }),
  async run(_, { ctx, bodies }) {
    if (!(await ctx.patched(ADDED))) return;
    await ctx.step(ADDED, (step) => bodies.act(ctx.runId, ctx.attempt, step, 20));
  },
  print: () => `patched "${ADDED}", then a step`,
};

/** `ctx.patched`. */
export const patched: NodeKind<PatchedNode> = {
  ...LEAF,
  weight: 1.5,
  generate: ({ draw, nextId }) => ({
    type: "patched",
    id: nextId(),
    change: draw.pick(["one", "other"]),
    isBusy: draw.happens(0.6),
    restMs: draw.pick([0, 2_500]),
  }),
  async run({ id, change, isBusy, restMs }, { ctx, trace, bodies }) {
    if (restMs > 0) await ctx.sleep("rest", restMs);
    const act = () => ctx.step("beside", (step) => bodies.act(ctx.runId, ctx.attempt, step, 0));
    await Promise.all([
      trace.seen(`patched ${change} (${id})`, () => ctx.patched(change)),
      isBusy && act(),
    ]);
  },
  print: ({ id, change, isBusy, restMs }) =>
    `patched "${change}" (${id})${isBusy ? ", beside a step" : ""}${restMs > 0 ? `, after ${restMs} ms` : ""}`,
};

/** `ctx.continueAsNew`. */
export const again: NodeKind<AgainNode> = {
  ...LEAF,
  weight: 1.5,
  generate: ({ draw, nextId }) => ({ type: "again", id: nextId(), rounds: draw.int(2, 3) }),
  async run({ id, rounds }, { ctx, round, trace }) {
    if (round >= rounds) return;
    await trace.seen(`continueAsNew (${id})`, () => ctx.continueAsNew({ round: round + 1 }));
  },
  print: ({ id, rounds }) => `continueAsNew until round ${rounds} (${id})`,
  mayThrow: () => true,
  isTimed: () => true,
};
