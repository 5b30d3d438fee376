import { expect, it } from "vitest";
import { type Context, event, workflow } from "../../lambda/index.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import type { World } from "../../lambda/testing/world.ts";
import { firstTime, openWorld, recordOf } from "./stage.ts";

const news = event<string>("news");
const child = workflow("child", {}, async (ctx: Context, n: number) => {
  await ctx.step("count", () => void effects.push("child"));
  return n;
});
const receiver = workflow("receiver", {}, async (ctx: Context, _: undefined) => [
  await ctx.waitFor(news),
  await ctx.waitFor(news, { timeout: "5m" }),
]);
const effects: string[] = [];
const effect = (what: string) => () => {
  effects.push(what);
  return what;
};

interface First {
  /** What the first operation is to give. */
  readonly gives: unknown;
  /** Key under which it, or a part of it, is recorded. */
  readonly key: string;
  /** Whether it waits for an event. */
  readonly waits?: boolean;
  readonly ask: (ctx: Context) => Promise<unknown>;
}

const FIRST: Readonly<Record<string, First>> = {
  step: { key: "first", gives: "done", ask: (ctx) => ctx.step("first", effect("done")) },
  sleep: { key: "first", gives: undefined, ask: (ctx) => ctx.sleep("first", "20s") },
  sleepUntil: {
    key: "first",
    gives: undefined,
    ask: (ctx) => ctx.sleepUntil("first", Date.UTC(2026, 0, 1, 0, 0, 30)),
  },
  waitFor: { key: "news", gives: "sent", waits: true, ask: (ctx) => ctx.waitFor(news) },
  token: {
    key: "first",
    gives: undefined,
    ask: async (ctx) => {
      const token = await ctx.token<string>("first", { timeout: "20s" });
      return token.result();
    },
  },
  send: { key: "news", gives: undefined, ask: (ctx) => ctx.send("receiver", news, "hello") },
  run: { key: "child", gives: 5, ask: (ctx) => ctx.run(child, 5) },
  start: { key: "child", gives: { id: "run~1~child" }, ask: (ctx) => ctx.start(child, 5) },
  map: {
    key: "first/0/work",
    gives: ["done"],
    ask: (ctx) => ctx.map("first", [1], (branch) => branch.step("work", effect("done"))),
  },
  parallel: {
    key: "first/a/work",
    gives: { a: "done" },
    ask: (ctx) => ctx.parallel("first", { a: (a) => a.step("work", effect("done")) }),
  },
  race: {
    key: "first",
    gives: { winner: "a", value: "done" },
    ask: (ctx) => ctx.race("first", { a: (a) => a.step("work", effect("done")) }),
  },
  patched: { key: "@patch/first", gives: true, ask: (ctx) => ctx.patched("first") },
};

async function playFirst(first: First, fault?: ReturnType<typeof firstTime>) {
  effects.length = 0;
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    const given = await first.ask(ctx);
    await ctx.step("after", effect("after"));
    return given;
  });
  const world: World = await openWorld([flow, child, receiver], {
    visibilitySeconds: 5,
    ...(fault && { fault }),
  });
  const listening = await world.until(
    world.savepoint.start(receiver, undefined, { id: "receiver" }),
  );
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  if (first.waits) await world.until(run.send(news, "sent"));
  const output = await world.until(run.result());
  await world.until(listening.send(news, "end"));
  const received = await world.until(listening.result());
  await world.pass(2_000);
  await expectSoundEnd(world);
  const history = await world.until(run.history());
  return { output, received, keys: history.map(({ key }) => key), effects: [...effects].sort() };
}

it.each(Object.entries(FIRST))(
  "35. %s as the very first operation is recorded, and is not done again after a crash",
  async (_, first) => {
    const calm = await playFirst(first);
    expect(calm.output).toEqual(first.gives);
    expect(calm.keys).toContain(first.key);
    const crashed = await playFirst(first, firstTime(recordOf("after"), "crash-before"));
    // Only the step that was under way at the crash was entered twice.
    expect(crashed).toEqual({ ...calm, effects: ["after", ...calm.effects] });
  },
);
