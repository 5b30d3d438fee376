import { LEAF, type NodeKind } from "../node-kind.ts";

/** A question whether this run follows a change of the code. */
export interface PatchedNode {
  readonly type: "patched";
  readonly id: number;
  readonly change: string;
}

/** The end of a round, and the next one, until there were so many. */
export interface AgainNode {
  readonly type: "again";
  readonly id: number;
  readonly rounds: number;
}

/** `ctx.patched`. */
export const patched: NodeKind<PatchedNode> = {
  ...LEAF,
  weight: 1.5,
  generate: ({ draw, nextId }) => ({
    type: "patched",
    id: nextId(),
    change: draw.pick(["one", "other"]),
  }),
  async run({ id, change }, { ctx, trace }) {
    await trace.seen(`patched ${change} (${id})`, () => ctx.patched(change));
  },
  print: ({ id, change }) => `patched "${change}" (${id})`,
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
