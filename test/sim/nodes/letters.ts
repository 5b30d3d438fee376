import { event } from "../../../lambda/index.ts";
import { LEAF, type NodeKind } from "../node-kind.ts";

/** Many events that a run sends itself while it takes them, enough to fill a mailbox with spent ones. */
export interface LettersNode {
  readonly type: "letters";
  readonly id: number;
  readonly count: number;
  /** How long each is written, milliseconds. */
  readonly writingMs: number;
  /** How long each is read. */
  readonly readingMs: number;
}

const LETTER = event<number>("letter");

/** `ctx.send` and `ctx.waitFor` in two loops side by side. */
export const letters: NodeKind<LettersNode> = {
  ...LEAF,
  weight: 0.6,
  generate: ({ draw, nextId }) => ({
    type: "letters",
    id: nextId(),
    count: draw.pick([3, 20, 24]),
    writingMs: draw.pick([0, 0, 150]),
    readingMs: draw.pick([0, 150, 300]),
  }),
  async run({ id, count, writingMs, readingMs }, { ctx, trace, bodies }) {
    const spend = (what: string, ms: number) =>
      ms > 0 && ctx.step(what, (step) => bodies.act(ctx.runId, ctx.attempt, step, ms));
    const write = async () => {
      for (let number = 0; number < count; number += 1) {
        await spend(`write-${id}`, writingMs);
        await ctx.send(ctx.runId, LETTER, number);
      }
    };
    const read = async () => {
      for (let number = 0; number < count; number += 1) {
        await trace.seen(`letter (${id})`, () => ctx.waitFor(LETTER));
        await spend(`read-${id}`, readingMs);
      }
    };
    await Promise.all([write(), read()]);
  },
  print: ({ id, count, writingMs, readingMs }) =>
    `${count} letters to itself (${id}), ${writingMs} ms to write one, ${readingMs} to read it`,
  isTimed: () => true,
};
