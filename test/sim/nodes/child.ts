import { LEAF, type NodeKind } from "../node-kind.ts";

/** A child run, awaited or not, of its own or attached to by id. */
export interface ChildNode {
  readonly type: "child";
  readonly id: number;
  /** Number of the program it runs. */
  readonly program: number;
  readonly isAwaited: boolean;
  readonly isShared: boolean;
}

/** The id under which all runs of a play share one run of a program. */
export const sharedId = (program: number): string => `shared-${program}`;

/** `ctx.run` and `ctx.start`. */
export const child: NodeKind<ChildNode> = {
  ...LEAF,
  weight: 8,
  generate: ({ draw, nextId, program, programs }) => ({
    type: "child",
    id: nextId(),
    program: draw.int(Math.min(program + 1, programs - 1), programs - 1),
    isAwaited: draw.happens(0.8),
    isShared: draw.happens(0.5),
  }),
  async run({ id, program, isAwaited, isShared }, { ctx, trace, workflows }) {
    const workflow = workflows[program];
    if (!workflow) throw new Error(`there is no program ${program}`);
    const options = isShared ? { id: sharedId(program), key: `c${program}` } : {};
    if (isAwaited) {
      return trace.seen(`run p${program} (${id})`, () => ctx.run(workflow, "given", options));
    }
    // Its id depends on the order of the calls.
    await trace.seen(`start p${program} (${id})`, () => ctx.start(workflow, "given", options));
    return undefined;
  },
  print: ({ id, program, isAwaited, isShared }) =>
    `${isAwaited ? "run" : "start"} p${program}${isShared ? ` as ${sharedId(program)}` : ""} (${id})`,
  mayThrow: ({ isAwaited, program }, _, programs) => isAwaited && programs[program] !== false,
};
