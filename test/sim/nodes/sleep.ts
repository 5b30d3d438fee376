import { LEAF, type NodeKind } from "../node-kind.ts";

/** A sleep of a length, or until a time counted from the time the code sees. */
export interface SleepNode {
  readonly type: "sleep";
  readonly id: number;
  readonly name: string;
  readonly ms: number;
  readonly isUntil: boolean;
}

/** `ctx.sleep` and `ctx.sleepUntil`, the past included. */
export const sleep: NodeKind<SleepNode> = {
  ...LEAF,
  weight: 5,
  generate({ draw, nextId }) {
    const isUntil = draw.happens(0.3);
    const ms = draw.weighted([
      [2, 0],
      [2, 30],
      [3, 900],
      [4, 2_500],
      [3, 20_000],
      [0.4, 16 * 60_000],
    ]);
    const isPast = isUntil && draw.happens(0.3);
    return {
      type: "sleep",
      id: nextId(),
      name: draw.pick(["a", "b", "z"]),
      ms: isPast ? -ms : ms,
      isUntil,
    };
  },
  async run({ id, name, ms, isUntil }, { ctx, trace }) {
    await trace.seen(`sleep ${name} (${id})`, () =>
      isUntil ? ctx.sleepUntil(name, ctx.now() + ms) : ctx.sleep(name, ms),
    );
  },
  print: ({ id, name, ms, isUntil }) =>
    `${isUntil ? "sleepUntil now +" : "sleep"} ${ms} ms "${name}" (${id})`,
};
