import type { Context } from "../../../lambda/index.ts";
import { type Block, type Frame, LEAF, type NodeKind } from "../node-kind.ts";

/** A map over a number of items. */
export interface MapNode {
  readonly type: "map";
  readonly id: number;
  readonly items: number;
  /** 0 for no bound. */
  readonly concurrency: number;
  /** Branches that may fail; -1 when none is tolerated. */
  readonly tolerate: number;
  readonly body: Block;
}

/** Named branches side by side. */
export interface ParallelNode {
  readonly type: "parallel";
  readonly id: number;
  readonly concurrency: number;
  readonly branches: readonly Block[];
}

const bound = (concurrency: number) => (concurrency > 0 ? { concurrency } : {});

/** `ctx.map`. */
export const map: NodeKind<MapNode> = {
  ...LEAF,
  weight: 2,
  isNested: true,
  generate: ({ draw, nextId, block }) => ({
    type: "map",
    id: nextId(),
    items: draw.int(0, 3),
    concurrency: draw.pick([0, 0, 1, 2]),
    tolerate: draw.pick([-1, -1, 0, 1]),
    body: block(2),
  }),
  async run(node, frame) {
    const { id, concurrency, tolerate, body } = node;
    const items = Array.from({ length: node.items }, (_, index) => index);
    const each = (ctx: Context) => branch(frame, body, ctx);
    if (tolerate < 0) {
      return frame.trace.seen(`map (${id})`, () =>
        frame.ctx.map("map", items, bound(concurrency), each),
      );
    }
    const settled = await frame.trace.seen(`map (${id})`, () =>
      frame.ctx.map("map", items, { ...bound(concurrency), tolerate }, each),
    );
    return settled.map(({ status }) => status);
  },
  print: ({ id, items, concurrency, tolerate }) =>
    `map ${items} items (${id})` +
    (concurrency > 0 ? `, ${concurrency} at a time` : "") +
    (tolerate >= 0 ? `, ${tolerate} may fail` : ""),
  blocks: ({ body }) => [["each", body]],
  withBlocks: (node, [body = []]) => ({ ...node, body }),
  mayThrow: (_, [body]) => body === true,
  isTimed: (_, [body]) => body === true,
};

/** `ctx.parallel`. */
export const parallel: NodeKind<ParallelNode> = {
  ...LEAF,
  weight: 1.5,
  isNested: true,
  generate: ({ draw, nextId, block }) => ({
    type: "parallel",
    id: nextId(),
    concurrency: draw.pick([0, 0, 1, 2]),
    branches: Array.from({ length: draw.int(2, 3) }, () => block(2)),
  }),
  run: ({ id, concurrency, branches }, frame) =>
    frame.trace.seen(`parallel (${id})`, () =>
      frame.ctx.parallel(
        "parallel",
        Object.fromEntries(
          branches.map((body, index) => [`b${index}`, (ctx: Context) => branch(frame, body, ctx)]),
        ),
        bound(concurrency),
      ),
    ),
  print: ({ id, concurrency }) =>
    `parallel (${id})${concurrency > 0 ? `, ${concurrency} at a time` : ""}`,
  blocks: ({ branches }) => branches.map((body, index) => [`b${index}`, body]),
  withBlocks: (node, branches) => ({ ...node, branches }),
  mayThrow: (_, branches) => branches.some(Boolean),
  isTimed: (_, branches) => branches.some(Boolean),
};

const branch = (frame: Frame, body: Block, ctx: Context): Promise<unknown[]> =>
  frame.run(body, ctx);
