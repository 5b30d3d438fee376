import type { Context } from "../../../lambda/index.ts";
import { type Block, LEAF, type NodeKind } from "../node-kind.ts";

/** Branches of which the first to end wins, and the others are given up. */
export interface RaceNode {
  readonly type: "race";
  readonly id: number;
  readonly branches: readonly Block[];
}

/** `ctx.race` over whatever a branch may hold. */
export const race: NodeKind<RaceNode> = {
  ...LEAF,
  weight: 4,
  isNested: true,
  generate: ({ draw, nextId, block }) => ({
    type: "race",
    id: nextId(),
    branches: Array.from({ length: draw.int(2, 3) }, () => block(2)),
  }),
  async run({ id, branches }, { ctx, run, trace }) {
    await trace.seen(`race (${id})`, () =>
      ctx.race(
        "race",
        Object.fromEntries(
          branches.map((body, index) => [`b${index}`, (scope: Context) => run(body, scope)]),
        ),
      ),
    );
  },
  print: ({ id }) => `race (${id})`,
  blocks: ({ branches }) => branches.map((body, index) => [`b${index}`, body]),
  withBlocks: (node, branches) => ({ ...node, branches }),
  mayThrow: (_, branches) => branches.some(Boolean),
  isTimed: () => true,
};
