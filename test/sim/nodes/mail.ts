import { event } from "../../../lambda/index.ts";
import { LEAF, type NodeKind } from "../node-kind.ts";
import { noise } from "../noise.ts";
import { sharedId } from "./child.ts";

/** A wait for an event, and for how long. */
export interface WaitNode {
  readonly type: "wait";
  readonly id: number;
  readonly event: string;
  /** 0 for as long as it takes. */
  readonly timeoutMs: number;
}

/** An event sent to a run, which may be this one, wait, have finished or not exist. */
export interface SendNode {
  readonly type: "send";
  readonly id: number;
  readonly event: string;
  /** Undefined for the run that sends. */
  readonly to: string | undefined;
  /** Bytes of the value beside the sender's name. */
  readonly bytes: number;
}

/** Few names, so that several wait for the same one. */
const EVENTS = ["x", "x", "y"] as const;

/** `ctx.waitFor`. */
export const wait: NodeKind<WaitNode> = {
  ...LEAF,
  weight: 4,
  generate: ({ draw, nextId }) => ({
    type: "wait",
    id: nextId(),
    event: draw.pick(EVENTS),
    timeoutMs: draw.pick([0, 0, 0, 20, 900, 4_000, 30_000]),
  }),
  async run({ id, event: name, timeoutMs }, { ctx, trace }) {
    await trace.seen(`wait ${name} (${id})`, () =>
      timeoutMs > 0 ? ctx.waitFor(event(name), { timeout: timeoutMs }) : ctx.waitFor(event(name)),
    );
  },
  print: ({ id, event: name, timeoutMs }) =>
    `waitFor "${name}" (${id})${timeoutMs > 0 ? `, at most ${timeoutMs} ms` : ""}`,
  isTimed: () => true,
};

/** `ctx.send`. */
export const send: NodeKind<SendNode> = {
  ...LEAF,
  weight: 4,
  generate: ({ draw, nextId, programs }) => ({
    type: "send",
    id: nextId(),
    event: draw.pick(EVENTS),
    to: draw.weighted([
      [4, undefined],
      [2, "main"],
      [2, "other"],
      [2, sharedId(draw.int(0, programs - 1))],
      [0.5, "nobody"],
    ]),
    bytes: draw.weighted([
      [8, 0],
      [2, 400],
    ]),
  }),
  async run({ id, event: name, to, bytes }, { ctx, trace }) {
    await trace.seen(`send ${name} (${id})`, () =>
      ctx.send(to ?? ctx.runId, event(name), `${id} of ${ctx.runId}${noise(bytes)}`),
    );
  },
  print: ({ id, event: name, to = "itself", bytes }) =>
    `send "${name}" to ${to} (${id})${bytes > 0 ? `, ${bytes} bytes` : ""}`,
  mayThrow: ({ to }) => to !== undefined,
  isTimed: ({ to }) => to !== undefined,
};
