import { TerminalError } from "../../../lambda/index.ts";
import { LEAF, type NodeKind } from "../node-kind.ts";

/** A step that can be undone, and how its rollback fares. */
interface Booking {
  readonly bodyMs: number;
  /** The first so many attempts to undo it fail. */
  readonly fails: number;
  readonly isHopeless: boolean;
  readonly undoMs: number;
}

/** Steps that can be undone, after which the code may fail. */
export interface SagaNode {
  readonly type: "saga";
  readonly id: number;
  readonly bookings: readonly Booking[];
  readonly isParallel: boolean;
  readonly throws: boolean;
}

/** Prefix of the names of steps that can be undone. */
export const BOOKING = "book-";

/** `ctx.step` with `rollback`. */
export const saga: NodeKind<SagaNode> = {
  ...LEAF,
  weight: 2.5,
  generate: ({ draw, nextId }) => ({
    type: "saga",
    id: nextId(),
    bookings: Array.from({ length: draw.int(1, 3) }, () => ({
      bodyMs: draw.pick([0, 0, 20, 1_500]),
      fails: draw.pick([0, 0, 0, 1, 2]),
      isHopeless: draw.happens(0.15),
      undoMs: draw.pick([0, 0, 20, 1_500]),
    })),
    isParallel: draw.happens(0.4),
    throws: draw.happens(0.6),
  }),
  async run({ id, bookings, isParallel, throws }, { ctx, trace, bodies }) {
    const book = ({ bodyMs, fails, isHopeless, undoMs }: Booking, place: number) => {
      const name = `${BOOKING}${id}-${place}`;
      const rollback = async (made: string, step: Parameters<typeof bodies.act>[2]) => {
        await bodies.act(ctx.runId, ctx.attempt, step, undoMs);
        if (made !== name) throw new TerminalError(`${name} is undone with ${made}`);
        if (isHopeless) throw new TerminalError(`${name} cannot be undone`);
        if (step.attempt <= fails) throw new RangeError(`${name} is not undone yet`);
      };
      return trace.seen(name, () =>
        ctx.step<string>(name, { rollback }, async (step) => {
          await bodies.act(ctx.runId, ctx.attempt, step, bodyMs);
          return name;
        }),
      );
    };
    if (isParallel) await Promise.all(bookings.map(book));
    else for (const [place, booking] of bookings.entries()) await book(booking, place);
    if (throws) throw new SyntaxError(`saga ${id} fails`);
  },
  print: ({ id, bookings, isParallel, throws }) =>
    `saga of ${JSON.stringify(bookings)} (${id})${isParallel ? ", side by side" : ""}${throws ? ", fails" : ""}`,
  mayThrow: ({ throws }) => throws,
};
