import { expect, it } from "vitest";
import { type Context, event, TerminalError, workflow } from "../../lambda/index.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import { firstTime, play, recordOf, REPLAYING, rest } from "./stage.ts";
import type { World } from "../../lambda/testing/world.ts";

const news = event<string>("news");
const child = workflow("child", {}, async (ctx: Context, n: number) => {
  await ctx.sleep("rest", "10s");
  if (n < 0) throw new RangeError(`${n} is below 0`);
  return n * 2;
});

const shown = (settled: PromiseSettledResult<unknown>[]) =>
  settled.map((one) =>
    one.status === "fulfilled" ? one.value : `${(one.reason as Error).name}: ${one.reason.message}`,
  );

/** Steps that end in an order of their own, some of which fail. */
const steps = async (ctx: Context, world: World) =>
  shown(
    await Promise.allSettled(
      [300, 100, 200, 50].map((ms, n) =>
        ctx.step("work", { retry: { attempts: 1 } }, async () => {
          await rest(world, ms);
          if (n % 2 === 1) throw new TerminalError(`number ${n}`);
          return n;
        }),
      ),
    ),
  );

/** One of each kind of operation at a time. */
const mixed = async (ctx: Context, world: World) => {
  const callback = await ctx.token<number>("callback", { timeout: "20s" });
  return shown(
    await Promise.allSettled([
      ctx.step("slow", () => rest(world, 3_000).then(() => "slow")),
      ctx.sleep("nap", "5s"),
      ctx.waitFor(news, { timeout: "15s" }),
      callback.result(),
      ctx.run(child, 4),
      ctx.run(child, -1, { key: "failing" }),
      ctx.map("all", [1, 2, 3], { concurrency: 2 }, (branch, n) => branch.step("one", () => n)),
      ctx.parallel("both", { a: (a) => a.sleep("rest", "2s"), b: async () => "b" }),
      ctx.race("first", { fast: async () => "fast", slow: (slow) => slow.sleep("rest", "1h") }),
      ctx.patched("new way"),
    ]),
  );
};

const MIXED = [
  "slow",
  undefined,
  undefined,
  undefined,
  8,
  "RangeError: -1 is below 0",
  [1, 2, 3],
  { a: undefined, b: "b" },
  { winner: "fast", value: "fast" },
  true,
];

it.each<[string, typeof steps, unknown]>([
  ["steps", steps, [0, "TerminalError: number 1", 2, "TerminalError: number 3"]],
  ["operations of every kind", mixed, MIXED],
])(
  "31. %s side by side: outcomes and keys are the same live, replayed at each of them, and after crashes",
  async (_, code, expected) => {
    const keys = new Set<string>();
    for (const options of [
      {},
      REPLAYING,
      { fault: firstTime(recordOf("work#3"), "crash-after") },
      { fault: firstTime(recordOf("slow"), "crash-before") },
      { fault: firstTime(recordOf("child", "any"), "crash-after") },
    ]) {
      const { output, history, world } = await play(code, { ...options, also: [child] });
      expect(output).toEqual(expected);
      keys.add(JSON.stringify(history.map(({ key, state }) => `${key} ${state}`).toSorted()));
      // Every finished history is replayed by the same code there.
      await expectSoundEnd(world);
    }
    expect(keys.size).toBe(1);
  },
);

it("31. what settles first goes on first, in the same order on each replay", async () => {
  const orders = new Set<string>();
  const { output } = await play(async (ctx, world) => {
    const order: number[] = [];
    await Promise.all(
      [3, 1, 2].map(async (n) => {
        await ctx.step("work", () => rest(world, n * 100));
        order.push(n);
        await ctx.step("note", () => n);
      }),
    );
    orders.add(JSON.stringify(order));
    await ctx.step("after", () => 1);
    return order;
  }, REPLAYING);
  expect(orders).toEqual(new Set([JSON.stringify(output)]));
});
