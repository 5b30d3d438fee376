import { type Block, LEAF, type NodeKind } from "../node-kind.ts";
import { nameOf } from "../trace.ts";

/** The language's try statement. */
export interface TryNode {
  readonly type: "try";
  readonly id: number;
  readonly body: Block;
  readonly caught: Block;
  readonly lastly: Block;
}

/** An async function that is called, and awaited only after something else was done. */
export interface LaterNode {
  readonly type: "later";
  readonly id: number;
  readonly body: Block;
  readonly meanwhile: Block;
  /** Whether it is never awaited. */
  readonly isForgotten: boolean;
}

/** A throw of the workflow's own. */
export interface ThrowNode {
  readonly type: "throw";
  readonly id: number;
}

/** `try`, `catch` and `finally`. */
export const tried: NodeKind<TryNode> = {
  ...LEAF,
  weight: 3,
  isNested: true,
  generate: ({ draw, nextId, block }) => ({
    type: "try",
    id: nextId(),
    body: block(2),
    caught: block(1),
    lastly: draw.happens(0.5) ? block(1) : [],
  }),
  async run({ id, body, caught, lastly }, { run, trace }) {
    const values: unknown[] = [];
    try {
      values.push(await run(body));
    } catch (error) {
      trace.note(`catches ${nameOf(error)} (${id})`);
      values.push("caught", await run(caught));
    } finally {
      values.push(await run(lastly));
    }
    return values;
  },
  print: ({ id }) => `try (${id})`,
  blocks: ({ body, caught, lastly }) => [
    ["body", body],
    ["catch", caught],
    ["finally", lastly],
  ],
  withBlocks: (node, [body = [], caught = [], lastly = []]) => ({ ...node, body, caught, lastly }),
  mayThrow: (_, [body, caught, lastly]) => (body === true && caught === true) || lastly === true,
};

/** A promise kept for later. */
export const later: NodeKind<LaterNode> = {
  ...LEAF,
  weight: 2,
  isNested: true,
  generate: ({ draw, nextId, block }) => ({
    type: "later",
    id: nextId(),
    body: block(2),
    meanwhile: block(2),
    isForgotten: draw.happens(0.25),
  }),
  async run({ id, body, meanwhile, isForgotten }, { run, trace }) {
    const promise = trace.seen(`later (${id})`, () => run(body));
    promise.catch(() => undefined);
    const values = [await run(meanwhile)];
    if (!isForgotten) values.push(await promise);
    return values;
  },
  print: ({ id, isForgotten }) =>
    `async function (${id}), ${isForgotten ? "never awaited" : "awaited later"}`,
  blocks: ({ body, meanwhile }) => [
    ["function", body],
    ["meanwhile", meanwhile],
  ],
  withBlocks: (node, [body = [], meanwhile = []]) => ({ ...node, body, meanwhile }),
  mayThrow: ({ isForgotten }, [body, meanwhile]) =>
    (body === true && !isForgotten) || meanwhile === true,
  isTimed: (_, [body, meanwhile]) => body === true && meanwhile === true,
};

/** `throw`. */
export const thrown: NodeKind<ThrowNode> = {
  ...LEAF,
  weight: 0.5,
  generate: ({ nextId }) => ({ type: "throw", id: nextId() }),
  run: async ({ id }) => {
    throw new SyntaxError(`thrown by ${id}`);
  },
  print: ({ id }) => `throw (${id})`,
  mayThrow: () => true,
};
