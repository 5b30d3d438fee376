import { LEAF, type NodeKind } from "../node-kind.ts";

/** A callback token, who completes it and how long it is valid. */
export interface TokenNode {
  readonly type: "token";
  readonly id: number;
  /** 0 for as long as it takes. */
  readonly timeoutMs: number;
  /** Completed by so many steps side by side; by nobody but the postman when none does. */
  readonly steps: number;
}

/** `ctx.token`. */
export const token: NodeKind<TokenNode> = {
  ...LEAF,
  weight: 2,
  generate: ({ draw, nextId }) => ({
    type: "token",
    id: nextId(),
    timeoutMs: draw.pick([0, 0, 900, 30_000]),
    steps: draw.pick([0, 1, 1, 2]),
  }),
  async run({ id, timeoutMs, steps }, { ctx, trace, bodies }) {
    const options = timeoutMs > 0 ? { timeout: timeoutMs } : {};
    const drawn = await trace.seen(`token (${id})`, () => ctx.token("token", options as object));
    const complete = (by: number) =>
      ctx.step(`complete-${id}`, async (step) => {
        await bodies.act(ctx.runId, ctx.attempt, step, 0);
        await bodies.complete(drawn.token, `${id} by ${by}`, step.idempotencyKey);
      });
    await Promise.all([
      trace.seen(`result of token (${id})`, () => drawn.result()),
      ...Array.from({ length: steps }, (_, by) => complete(by)),
    ]);
  },
  print: ({ id, timeoutMs, steps }) =>
    `token (${id}), completed by ${steps} steps${timeoutMs > 0 ? `, valid for ${timeoutMs} ms` : ""}`,
  isTimed: () => true,
};
