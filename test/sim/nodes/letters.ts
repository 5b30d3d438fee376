import { event } from "../../../lambda/index.ts";
import { LEAF, type NodeKind } from "../node-kind.ts";

/**
 * Many events that a run sends itself while it takes them, enough to fill a mailbox with spent ones; among
 * others that it never takes.
 */
export interface LettersNode {
  readonly type: "letters";
  readonly id: number;
  readonly count: number;
  /** How many come first that nobody takes. */
  readonly unread: number;
  /** How long each is written, milliseconds. */
  readonly writingMs: number;
  /** How long each is read. */
  readonly readingMs: number;
}

const LETTER = event<number>("letter");
const UNREAD = event<number>("unread");

/** `ctx.send` and `ctx.waitFor` in two loops side by side. */
export const letters: NodeKind<LettersNode> = {
  ...LEAF,
  weight: 0.6,
  generate({ draw, nextId }) {
    const id = nextId();
    // All are there before long, and read for longer than most heartbeats are apart.
    if (draw.happens(0.5)) {
      return { type: "letters", id, count: 24, unread: 2, writingMs: 0, readingMs: 700 };
    }
    return {
      type: "letters",
      id,
      count: draw.pick([3, 20, 24]),
      unread: draw.pick([0, 0, 2]),
      writingMs: draw.pick([0, 0, 150]),
      readingMs: draw.pick([0, 150, 300]),
    };
  },
  async run({ id, count, unread, writingMs, readingMs }, { ctx, trace, bodies }) {
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
    for (let number = 0; number < unread; number += 1) await ctx.send(ctx.runId, UNREAD, number);
    await Promise.all([write(), read()]);
  },
  print: ({ id, count, unread, writingMs, readingMs }) =>
    `${count} letters to itself (${id}), after ${unread} that it does not read, ${writingMs} ms to write one, ${readingMs} to read it`,
  isTimed: () => true,
};
