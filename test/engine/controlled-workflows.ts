import {
  type Context,
  event,
  type StepContext,
  StepInterruptedError,
  TerminalError,
  workflow,
  type Workflow,
} from "../../lambda/index.ts";
import type { Effects } from "./effects.ts";

/** What is sent into the run of `messages`. */
export const note = event<number>("note");
export const large = event<string>("large");
export const late = event<string>("late");
const absent = event<number>("absent");

/** What the steps of these workflows do that have a rollback, in the order in which they are asked for. */
export const UNDONE = ["book", "pay", "ship"] as const;

/** Workflows that others act on while they run, that undo what they did, or that do it at most once. */
export function controlledWorkflows(effects: Effects) {
  const patientChild = childOf(effects);
  const named = {
    messages: messagesOf(effects),
    cancelled: cancelledOf(effects, patientChild),
    failing: failingOf(effects),
    paused: pausedOf(effects, patientChild),
    timed: timedOf(effects, patientChild),
    once: onceOf(effects),
  };
  const workflows: Workflow[] = [patientChild, ...Object.values(named)];
  return { ...named, workflows };
}

/** What children run: long enough to be cancelled in, with something to undo and to clean up. */
function childOf(effects: Effects) {
  return workflow("patient-child", {}, async (ctx, { rest }: { rest: "3s" | "1h" }) => {
    await booked(ctx, effects, "pay");
    try {
      await ctx.sleep("rest", rest);
      return rest;
    } finally {
      await ctx.step(
        "clean",
        effects.body("clean-child", () => "cleaned"),
      );
    }
  });
}

/** A step with a rollback. */
function booked(ctx: Context, effects: Effects, name: string, undo = () => {}): Promise<string> {
  return ctx.step(
    name,
    { rollback: (_: string, step: StepContext) => effects.body(`undo-${name}`, undo)(step) },
    effects.body(name, () => `did ${name}`),
  );
}

/** Waits alone and side by side, for what came before, comes twice, is large, is late, or never comes. */
function messagesOf(effects: Effects) {
  return workflow("messages", {}, async (ctx, _: { start: number }) => {
    const first = await ctx.waitFor(note);
    const both = await Promise.all([
      ctx.waitFor(note),
      ctx.step("beside", () => effects.rest(2_000)).then(() => ctx.waitFor(note)),
    ]);
    const text = await ctx.waitFor(large);
    const nothing = await ctx.waitFor(absent, { timeout: "20s" });
    const inTime = await ctx.waitFor(late, { timeout: "5m" });
    const done = await ctx.step(
      "done",
      effects.body("done", () => "done"),
    );
    const notes = [first, ...both].sort((a, b) => a - b);
    return { notes, text: text.length, nothing: nothing === undefined, inTime, done };
  });
}

/** Something to cancel at any point: steps, a sleep, children; all of it is undone and cleaned up. */
function cancelledOf(effects: Effects, child: ReturnType<typeof childOf>) {
  return workflow("cancelled", {}, async (ctx, _: { start: number }) => {
    await booked(ctx, effects, "book");
    try {
      await ctx.step(
        "slow",
        effects.body("slow", () => effects.rest(4_000)),
      );
      await ctx.sleep("short", "16s");
      await Promise.all([
        ctx.run(child, { rest: "1h" }, { key: "one" }),
        ctx.run(child, { rest: "1h" }, { key: "two" }),
        booked(ctx, effects, "ship"),
      ]);
      return "not cancelled";
    } finally {
      await ctx.step(
        "clean",
        effects.body("clean", () => "cleaned"),
      );
    }
  });
}

/** A failure after steps of which one is hard to undo and one cannot be undone. */
function failingOf(effects: Effects) {
  const attempts = new Map<string, number>();
  return workflow("failing", {}, async (ctx, _: { start: number }) => {
    await booked(ctx, effects, "book");
    await booked(ctx, effects, "pay", () => {
      throw new TerminalError("nobody gives the money back");
    });
    await booked(ctx, effects, "ship", () => {
      const attempt = (attempts.get("ship") ?? 0) + 1;
      attempts.set("ship", attempt);
      if (attempt <= 2) throw new Error(`undoing fails the ${attempt}. time`);
    });
    throw new TerminalError("no");
  });
}

/** Something to pause at any point. */
function pausedOf(effects: Effects, child: ReturnType<typeof childOf>) {
  return workflow("paused", {}, async (ctx, _: { start: number }) => {
    await ctx.step(
      "slow",
      effects.body("slow", () => effects.rest(3_000)),
    );
    await ctx.sleep("short", "2s");
    const rested = await ctx.run(child, { rest: "3s" });
    const both = await Promise.all([
      ctx.step(
        "a",
        effects.body("a", () => "a"),
      ),
      ctx.sleep("side", "1s").then(() =>
        ctx.step(
          "b",
          effects.body("b", () => "b"),
        ),
      ),
    ]);
    return [rested, ...both];
  });
}

/** More than fits its time, with a child. */
function timedOf(effects: Effects, child: ReturnType<typeof childOf>) {
  return workflow("timed", {}, async (ctx, _: { start: number }) => {
    await booked(ctx, effects, "book");
    await Promise.all([ctx.run(child, { rest: "1h" }), ctx.sleep("long", "1h")]);
  });
}

/** Steps whose bodies must not be entered twice. */
function onceOf(effects: Effects) {
  return workflow("once", {}, async (ctx, _: { start: number }) => {
    const got: string[] = [];
    for (const name of ["once-a", "once-b", "once-c"]) {
      const work = effects.body(name, () => effects.rest(1_000).then(() => name));
      got.push(
        await ctx.step(name, { atMostOnce: true }, work).catch((error: unknown) => {
          if (error instanceof StepInterruptedError) return "interrupted";
          throw error;
        }),
      );
    }
    return got;
  });
}
