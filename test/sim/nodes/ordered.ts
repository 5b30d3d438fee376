import { type Block, LEAF, type NodeKind } from "../node-kind.ts";

/** Async functions begun side by side and awaited one after the other. */
export interface InTurnNode {
  readonly type: "in turn";
  readonly id: number;
  readonly arms: readonly Block[];
}

/** Awaits of what is there already: the code goes on some microtasks later. */
export interface TurnsNode {
  readonly type: "turns";
  readonly id: number;
  readonly turns: number;
}

/** Promises awaited one after the other. */
export const inTurn: NodeKind<InTurnNode> = {
  ...LEAF,
  weight: 0,
  isNested: true,
  generate: ({ draw, nextId, block }) => ({
    type: "in turn",
    id: nextId(),
    arms: Array.from({ length: draw.int(2, 3) }, () => block(2)),
  }),
  async run({ id, arms }, { run, trace }) {
    const begun = arms.map((arm) => run(arm));
    // One that fails before its turn has come is no unhandled rejection.
    for (const one of begun) one.catch(() => undefined);
    const values: unknown[] = [];
    for (const one of begun) {
      values.push(await one);
      trace.note(`takes ${values.length} in turn (${id})`);
    }
    return values;
  },
  print: ({ id }) => `promises awaited in turn (${id})`,
  blocks: ({ arms }) => arms.map((arm, index) => [`arm ${index}`, arm]),
  withBlocks: (node, arms) => ({ ...node, arms }),
  mayThrow: (_, arms) => arms.some(Boolean),
  isTimed: (_, arms) => arms.some(Boolean),
};

/** `await` of what has come already, some times. */
export const turns: NodeKind<TurnsNode> = {
  ...LEAF,
  weight: 0,
  generate: ({ draw, nextId }) => ({ type: "turns", id: nextId(), turns: draw.int(1, 9) }),
  async run({ id, turns }, { trace }) {
    for (let left = turns; left > 0; left -= 1) await Promise.resolve();
    trace.note(`goes on (${id})`);
  },
  print: ({ id, turns }) => `${turns} times await Promise.resolve() (${id})`,
};
