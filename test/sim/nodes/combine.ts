import { type Block, LEAF, type NodeKind } from "../node-kind.ts";

/** Async functions side by side in one scope, combined by the language's own means. */
export interface CombineNode {
  readonly type: "combine";
  readonly id: number;
  readonly how: "all" | "allSettled" | "race" | "any";
  readonly arms: readonly Block[];
}

/** `Promise.all`, `allSettled`, `race` and `any` over nested async functions. */
export const combine: NodeKind<CombineNode> = {
  ...LEAF,
  weight: 5,
  isNested: true,
  generate: ({ draw, nextId, block }) => ({
    type: "combine",
    id: nextId(),
    how: draw.pick(["all", "all", "allSettled", "race", "any"]),
    arms: Array.from({ length: draw.int(2, 3) }, () => block(2)),
  }),
  async run({ id, how, arms }, { run, trace }) {
    const what = `Promise.${how} (${id})`;
    const started = arms.map((arm, index) =>
      run(arm).then((values) => (how === "all" ? values : [index, values])),
    );
    switch (how) {
      case "all":
        return trace.seen(what, () => Promise.all(started));
      case "allSettled": {
        const settled = await trace.seen(what, () => Promise.allSettled(started));
        return settled.map(({ status }) => status);
      }
      case "race":
        await trace.seen(what, () => Promise.race(started));
        return undefined;
      case "any":
        await trace.seen(what, () => Promise.any(started));
        return undefined;
    }
  },
  print: ({ id, how }) => `Promise.${how} (${id})`,
  blocks: ({ arms }) => arms.map((arm, index) => [`arm ${index}`, arm]),
  withBlocks: (node, arms) => ({ ...node, arms }),
  mayThrow: ({ how }, arms) =>
    how === "allSettled" ? false : how === "any" ? arms.every(Boolean) : arms.some(Boolean),
  isTimed: ({ how }, arms) => how === "race" || how === "any" || arms.some(Boolean),
};
