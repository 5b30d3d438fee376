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
  readonly consequent: Block;
  readonly alternate: Block;
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
    consequent: block(2),
    alternate: block(2),
  }),
  async run({ id, consequent, alternate }, { ctx, run, trace }) {
    const isTrue = ctx.random() < 0.5;
    trace.note(`if (${id}): ${isTrue}`);
    await run(isTrue ? consequent : alternate);
  },
  print: ({ id }) => `if random (${id})`,
  blocks: ({ consequent, alternate }) => [
    ["then", consequent],
    ["else", alternate],
  ],
  withBlocks: (node, [consequent = [], alternate = []]) => ({ ...node, consequent, alternate }),
  mayThrow: (_, blocks) => blocks.some(Boolean),
  isTimed: () => true,
};
