import { type Block, LEAF, type NodeKind } from "../node-kind.ts";

/** What is derived from the run and the place of the call. */
export interface DerivedNode {
  readonly type: "derived";
  readonly id: number;
  readonly what: "now" | "random" | "uuid";
}

/** A branch taken by chance, the same each time the code is called again. */
export interface IfNode {
  readonly type: "if";
  readonly id: number;
  readonly then: Block;
  readonly otherwise: Block;
}

/** `ctx.now`, `ctx.random` and `ctx.uuid`: the code must see the same each time. */
export const derived: NodeKind<DerivedNode> = {
  ...LEAF,
  weight: 2,
  generate: ({ draw, nextId }) => ({
    type: "derived",
    id: nextId(),
    what: draw.pick(["now", "random", "uuid"]),
  }),
  run: async ({ id, what }, { ctx, trace }) => {
    trace.note(`${what} (${id}): ${ctx[what]()}`);
  },
  print: ({ id, what }) => `${what} (${id})`,
};

/** `if (ctx.random() < 0.5)`. */
export const branched: NodeKind<IfNode> = {
  ...LEAF,
  weight: 1,
  isNested: true,
  generate: ({ nextId, block }) => ({
    type: "if",
    id: nextId(),
    then: block(2),
    otherwise: block(2),
  }),
  async run({ id, then, otherwise }, { ctx, run, trace }) {
    const isThen = ctx.random() < 0.5;
    trace.note(`if (${id}): ${isThen}`);
    await run(isThen ? then : otherwise);
  },
  print: ({ id }) => `if random (${id})`,
  blocks: ({ then, otherwise }) => [
    ["then", then],
    ["else", otherwise],
  ],
  withBlocks: (node, [then = [], otherwise = []]) => ({ ...node, then, otherwise }),
  mayThrow: (_, blocks) => blocks.some(Boolean),
  isTimed: () => true,
};
