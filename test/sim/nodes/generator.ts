import { type Block, type Frame, LEAF, type NodeKind } from "../node-kind.ts";
import { nameOf } from "../trace.ts";

/** An async generator that acts before each value it yields, and the code that takes the values. */
export interface GeneratorNode {
  readonly type: "generator";
  readonly id: number;
  /** What it does before each of its values. */
  readonly before: readonly Block[];
  /** What it does when an error is thrown into it. */
  readonly caught: Block;
  /** What it does in its `finally`. */
  readonly lastly: Block;
  /** What its consumer does with each value. */
  readonly each: Block;
  readonly how:
    "for await" | "break" | "throw" | "throw into" | "return" | "return early" | "eager";
  /** The value at which the consumer stops, for the ways that stop. */
  readonly at: number;
  /** Whether another generator stands between, by `yield*`. */
  readonly isDelegated: boolean;
}

const HOWS = [
  "for await",
  "break",
  "throw",
  "throw into",
  "return",
  "return early",
  "eager",
] as const;

/** `async function*`, taken by `for await` to its end or not, or by hand. */
export const generator: NodeKind<GeneratorNode> = {
  ...LEAF,
  weight: 0,
  isNested: true,
  generate({ draw, nextId, block }) {
    const before = Array.from({ length: draw.int(1, 3) }, () => block(2));
    return {
      type: "generator",
      id: nextId(),
      before,
      caught: draw.happens(0.5) ? block(1) : [],
      lastly: draw.happens(0.6) ? block(1) : [],
      each: draw.happens(0.6) ? block(1) : [],
      how: draw.pick(HOWS),
      at: draw.int(0, before.length - 1),
      isDelegated: draw.happens(0.25),
    };
  },
  run: (node, frame) =>
    frame.trace.seen(`generator (${node.id})`, () => {
      const values = produce(node, frame);
      return consume(node, frame, node.isDelegated ? delegate(values) : values);
    }),
  print: ({ id, before, how, at, isDelegated }) =>
    `async generator of ${before.length} (${id}), ${how} at ${at}${isDelegated ? ", by yield*" : ""}`,
  blocks: ({ before, caught, lastly, each }) => [
    ...before.map((block, index) => [`before ${index}`, block] as const),
    ["catch", caught],
    ["finally", lastly],
    ["each", each],
  ],
  withBlocks: (node, blocks) => {
    const [caught = [], lastly = [], each = []] = blocks.slice(-3);
    return { ...node, before: blocks.slice(0, -3), caught, lastly, each };
  },
  mayThrow: ({ how }, blocks) => how === "throw" || blocks.some(Boolean),
  isTimed: (_, blocks) => blocks.some(Boolean),
};

async function* produce(node: GeneratorNode, { run, trace }: Frame): AsyncGenerator<number> {
  const { id, before, caught, lastly } = node;
  try {
    for (const [index, block] of before.entries()) {
      await run(block);
      try {
        yield index;
        trace.note(`is asked on after ${index} (${id})`);
      } catch (error) {
        trace.note(`is thrown ${nameOf(error)} at ${index} (${id})`);
        await run(caught);
      }
    }
  } finally {
    trace.note(`finally (${id})`);
    await run(lastly);
  }
}

async function* delegate(values: AsyncGenerator<number>): AsyncGenerator<number> {
  yield* values;
}

function consume(
  node: GeneratorNode,
  frame: Frame,
  values: AsyncGenerator<number>,
): Promise<unknown> {
  switch (node.how) {
    case "for await":
    case "break":
    case "throw":
      return loop(node, frame, values);
    case "throw into":
    case "return":
    case "return early":
      return byHand(node, frame, values);
    case "eager":
      return Promise.all(
        Array.from({ length: node.before.length + 1 }, async (_, index) => {
          const { value, done } = await values.next();
          frame.trace.note(`next ${index} gives ${String(value)}, ${String(done)} (${node.id})`);
          return done === true ? "done" : value;
        }),
      );
  }
}

async function loop(
  { id, how, at, each }: GeneratorNode,
  { run, trace }: Frame,
  values: AsyncGenerator<number>,
): Promise<unknown> {
  const taken: unknown[] = [];
  for await (const value of values) {
    trace.note(`takes ${value} (${id})`);
    taken.push(value, await run(each));
    if (value === at && how === "break") break;
    if (value === at && how === "throw") throw new SyntaxError(`thrown by ${id}`);
  }
  return taken;
}

async function byHand(
  { id, how, at, each }: GeneratorNode,
  { run, trace }: Frame,
  values: AsyncGenerator<number>,
): Promise<unknown> {
  const taken: unknown[] = [];
  while (taken.length < at) {
    const { value, done } = await values.next();
    if (done === true) break;
    taken.push(value);
    await run(each);
  }
  // The generator is not awaited before it is told to end: it ends once it comes to its next value.
  const under = values.next();
  under.catch(() => undefined);
  if (how !== "return early") taken.push((await under).value);
  const last =
    how === "throw into"
      ? await values.throw(new SyntaxError(`thrown into ${id}`))
      : await values.return("given");
  trace.note(`ends with ${String(last.value)}, ${String(last.done)} (${id})`);
  return [...taken, String(last.value)];
}
