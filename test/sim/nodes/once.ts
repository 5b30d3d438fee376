import { LEAF, type NodeKind } from "../node-kind.ts";

/** A step whose body must never run twice. */
export interface OnceNode {
  readonly type: "once";
  readonly id: number;
  readonly bodyMs: number;
  readonly fails: boolean;
}

/** Name of the steps that run at most once. */
export const ONCE = "once";

/** `ctx.step` with `atMostOnce`. */
export const once: NodeKind<OnceNode> = {
  ...LEAF,
  weight: 2.5,
  generate: ({ draw, nextId }) => ({
    type: "once",
    id: nextId(),
    bodyMs: draw.pick([0, 20, 1_000, 3_000]),
    fails: draw.happens(0.15),
  }),
  async run({ id, bodyMs, fails }, { ctx, trace, bodies }) {
    await trace.seen(`once (${id})`, () =>
      ctx.step(ONCE, { atMostOnce: true }, async (step) => {
        await bodies.act(ctx.runId, ctx.attempt, step, bodyMs, true);
        if (fails) throw new RangeError(`${id} fails`);
      }),
    );
  },
  print: ({ id, bodyMs, fails }) =>
    `step at most once (${id}), takes ${bodyMs} ms${fails ? ", fails" : ""}`,
  mayThrow: () => true,
  isTimed: () => true,
};
