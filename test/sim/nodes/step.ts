import { TerminalError } from "../../../lambda/index.ts";
import { LEAF, type NodeKind } from "../node-kind.ts";
import { noise } from "../noise.ts";

/** A step, and what its body does. */
export interface StepNode {
  readonly type: "step";
  readonly id: number;
  readonly name: string;
  readonly attempts: number;
  /** The first so many attempts fail. */
  readonly fails: number;
  /** How they fail. */
  readonly how: "throw" | "terminal" | "timeout";
  readonly delayMs: number;
  readonly bodyMs: number;
  /** Bytes of its result beside its id. */
  readonly bytes: number;
}

const TIMEOUT_MS = 400;
const BODY_MAX_MS = 8_000;

/** A step of which nothing goes wrong. */
export const plainStep = (id: number, bodyMs: number): StepNode => ({
  type: "step",
  id,
  name: "c",
  attempts: 1,
  fails: 0,
  how: "throw",
  delayMs: 0,
  bodyMs,
  bytes: 0,
});

/** `ctx.step` with retries, failures for good, timeouts and results too large for an item. */
export const step: NodeKind<StepNode> = {
  ...LEAF,
  weight: 10,
  generate: ({ draw, nextId }) => ({
    type: "step",
    id: nextId(),
    name: draw.pick(["a", "b", "c"]),
    attempts: draw.pick([1, 2, 3, 5]),
    fails: draw.weighted([
      [7, 0],
      [2, 1],
      [1, 2],
      [0.5, 5],
    ]),
    how: draw.weighted([
      [6, "throw"],
      [1, "terminal"],
      [1, "timeout"],
    ]),
    delayMs: draw.pick([10, 500, 3_000, 20_000]),
    bodyMs: draw.pick([0, 0, 1, 20, 150, 1_000, 3_000, BODY_MAX_MS]),
    bytes: draw.weighted([
      [30, 0],
      [1, 120_000],
    ]),
  }),
  async run(node, { ctx, trace, bodies }) {
    const { id, name, attempts, fails, how, delayMs, bodyMs, bytes } = node;
    const value = await trace.seen(`step ${name} (${id})`, () =>
      ctx.step(
        name,
        {
          retry: { attempts, delay: delayMs },
          ...(how === "timeout" && { timeout: TIMEOUT_MS + BODY_MAX_MS }),
        },
        async (body) => {
          const isBad = body.attempt <= fails;
          const isSlow = isBad && how === "timeout";
          await bodies.act(ctx.runId, ctx.attempt, body, isSlow ? 3 * BODY_MAX_MS : bodyMs);
          if (isBad && how === "terminal") throw new TerminalError(`${id} fails for good`);
          if (isBad) throw new RangeError(`${id} fails`);
          return `${id}${noise(bytes)}`;
        },
      ),
    );
    return value.length > 20 ? `${id}+${value.length}` : value;
  },
  print: ({ id, name, attempts, fails, how, delayMs, bodyMs, bytes }) =>
    `step "${name}" (${id})` +
    (fails > 0 ? `, attempt 1 to ${fails} of ${attempts} ${how}, delay ${delayMs} ms` : "") +
    (bodyMs > 0 ? `, takes ${bodyMs} ms` : "") +
    (bytes > 0 ? `, result of ${bytes} bytes` : ""),
  mayThrow: ({ attempts, fails, how }) => fails >= attempts || (fails > 0 && how === "terminal"),
};
