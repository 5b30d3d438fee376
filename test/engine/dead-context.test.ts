import { afterEach, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

let world: World;
afterEach(() => world.end());

const child = workflow("child", {}, async (_: Context, input: number) => input);

/** Runs a workflow to its end, then lets `late` use the ctx of the run that is over. */
async function afterTheEnd(late: (ctx: Context, note: (what: string) => void) => void) {
  let kept: Context | undefined;
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    kept = ctx;
    return "done";
  });
  world = await World.create({ workflows: [flow, child] });
  expect(await world.run(flow, undefined)).toBe("done");
  await world.pass(60_000);
  const calls = world.calls;
  const notes: string[] = [];
  if (kept) late(kept, (what) => notes.push(what));
  await world.pass(60_000);
  return { notes, calls: world.calls - calls };
}

const calls: Record<string, (ctx: Context, start: () => number) => Promise<unknown>> = {
  step: (ctx, start) => ctx.step("s", start),
  "step without a body": (ctx) => ctx.step("s", undefined as never),
  sleep: (ctx) => ctx.sleep("s", 10),
  "sleep for no time at all": (ctx) => ctx.sleep("s", "soon" as never),
  sleepUntil: (ctx) => ctx.sleepUntil("s", 0),
  run: (ctx) => ctx.run(child, 1),
  start: (ctx) => ctx.start(child, 1),
  map: (ctx, start) => ctx.map("m", [1, 2], async () => start()),
  "map of nothing": (ctx, start) => ctx.map("m", [], async () => start()),
  parallel: (ctx, start) => ctx.parallel("p", { a: async () => start() }),
};

it.each(Object.entries(calls))(
  "%s on a ctx whose execution is over starts nothing and is not answered",
  async (_, call) => {
    const { notes, calls: made } = await afterTheEnd((ctx, note) => {
      const start = () => {
        note("started");
        return 1;
      };
      call(ctx, start).then(
        () => note("answered"),
        () => note("refused"),
      );
    });
    expect(notes).toEqual([]);
    expect(made).toBe(0);
  },
);

it("a map that is under way when its execution ends starts no further branch", async () => {
  const started: number[] = [];
  let release = (): void => undefined;
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    const items = ctx.map("m", [0, 1], { concurrency: 1 }, async (__, item) => {
      started.push(item);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    return Promise.race([items, ctx.step("quick", () => "quick")]);
  });
  world = await World.create({ workflows: [flow] });
  expect(await world.run(flow, undefined)).toBe("quick");
  release();
  await world.quiet();
  expect(started).toEqual([0]);
});
