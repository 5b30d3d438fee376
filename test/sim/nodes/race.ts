import type { Context } from "../../../lambda/index.ts";
import { type Block, LEAF, type NodeKind } from "../node-kind.ts";

/** Branches of which the first to end wins, and the others are given up. */
export interface RaceNode {
  readonly type: "race";
  readonly id: number;
  readonly branches: readonly Block[];
  /** How long each of them sleeps first, milliseconds: a cancel may come while all of them wait. */
  readonly restMs: number;
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
    restMs: draw.pick([0, 0, 4_000]),
  }),
  async run({ id, branches, restMs }, { ctx, run, trace }) {
    const branch = (body: Block) => async (scope: Context) => {
      if (restMs > 0) await scope.sleep("rest", restMs);
      return run(body, scope);
    };
    await trace.seen(`race (${id})`, () =>
      ctx.race(
        "race",
        Object.fromEntries(branches.map((body, index) => [`b${index}`, branch(body)])),
      ),
    );
  },
  print: ({ id, restMs }) =>
    `race (${id})${restMs > 0 ? `, whose branches sleep ${restMs} ms first` : ""}`,
  blocks: ({ branches }) => branches.map((body, index) => [`b${index}`, body]),
  withBlocks: (node, branches) => ({ ...node, branches }),
  mayThrow: (_, branches) => branches.some(Boolean),
  isTimed: () => true,
};
