import { afterEach, describe, expect, it } from "vitest";
import { type Context, RunConflictError, TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

const double = workflow("double", {}, async (ctx: Context, n: number) => {
  if (n < 0) throw new TerminalError("negative", { details: { n } });
  return ctx.step("double", () => n * 2);
});

async function play<T>(run: (ctx: Context) => Promise<T>) {
  const parent = workflow("parent", {}, (ctx: Context, _: undefined) => run(ctx));
  const world = await World.create({ workflows: [parent, double] });
  worlds.push(world);
  const output = await world.run(parent, undefined).catch((error: unknown) => error);
  return { output, world };
}

describe("a child run", () => {
  it("has an id made of its parent's, the round and the place", async () => {
    const { output, world } = await play(async (ctx) => {
      const one = await ctx.run(double, 1);
      const two = await ctx.run(double, 2);
      const named = await ctx.map("all", [3], (branch, n) =>
        branch.run(double, n, { key: "three" }),
      );
      return [one, two, ...named];
    });
    expect(output).toEqual([2, 4, 6]);
    const { runs } = await world.until(world.savepoint.list({ parent: "run" }));
    expect(runs.map(({ id }) => id).sort()).toEqual([
      "run~1~all@0@three",
      "run~1~double",
      "run~1~double@@2",
    ]);
  });

  it("fails its parent with its own error, class and properties alike", async () => {
    const { output } = await play((ctx) => ctx.run(double, -1));
    expect(output).toBeInstanceOf(TerminalError);
    expect(output).toMatchObject({ message: "negative", details: { n: -1 } });
  });

  it("may be joined by an id of the user's, whoever started it first", async () => {
    const { output, world } = await play(async (ctx) => {
      const first = await ctx.run(double, 5, { key: "first", id: "shared" });
      const again = await ctx.run(double, 5, { key: "again", id: "shared" });
      return [first, again];
    });
    expect(output).toEqual([10, 10]);
    const { runs } = await world.until(world.savepoint.list({ workflow: "double" }));
    expect(runs.map(({ id }) => id)).toEqual(["shared"]);
  });

  it("wakes a parent that had slept before it asked, and recorded no end of that", async () => {
    const slow = workflow("slow", {}, async (ctx: Context, n: number) => {
      await ctx.sleep("long", "10m");
      return n;
    });
    const parent = workflow("parent", {}, async (ctx: Context, _: undefined) => {
      await ctx.sleep("before", "10m");
      return ctx.run(slow, 7);
    });
    const world = await World.create({ workflows: [parent, slow] });
    worlds.push(world);
    expect(await world.run(parent, undefined)).toBe(7);
  });

  it("is joined while it runs, and wakes every waiter at its end", async () => {
    const slow = workflow("slow", {}, async (ctx: Context, n: number) => {
      await ctx.sleep("long", "10m");
      return n;
    });
    const parent = workflow("parent", {}, (ctx: Context, _: undefined) =>
      ctx.run(slow, 7, { id: "shared" }),
    );
    const world = await World.create({ workflows: [parent, slow] });
    worlds.push(world);
    world.begin();
    const runs = await Promise.all(
      ["a", "b", "c"].map((id) => world.until(world.savepoint.start(parent, undefined, { id }))),
    );
    for (const run of runs) expect(await world.until(run.result())).toBe(7);
    await world.pass(60_000);
    const shared = await world.until(world.store.readRun("shared"));
    expect(shared?.waiters).toHaveLength(3);
    expect(shared?.owed).toEqual([]);
  });

  it("is refused under an id that belongs to another run", async () => {
    const { output } = await play(async (ctx) => {
      await ctx.run(double, 1, { id: "taken" });
      return ctx.run(double, 2, { id: "taken" });
    });
    expect(output).toBeInstanceOf(RunConflictError);
    expect((output as Error).message).toContain('"taken"');
  });

  it("goes on by itself when it was only started", async () => {
    const { output, world } = await play((ctx) => ctx.start(double, 21));
    expect(output).toEqual({ id: "run~1~double" });
    expect(await world.until(world.savepoint.get("run~1~double").result())).toBe(42);
  });

  it("settles with an error when its input does not pass", async () => {
    const { output } = await play((ctx) => ctx.run(double, (() => 1) as unknown as number));
    expect(output).toMatchObject({ code: "value_not_serializable" });
  });
});

describe("map and parallel", () => {
  it("run as many branches at a time as told", async () => {
    let open = 0;
    let most = 0;
    const { output } = await play((ctx) =>
      ctx.map("all", [1, 2, 3, 4, 5, 6], { concurrency: 2 }, async (branch, n) => {
        open += 1;
        most = Math.max(most, open);
        await branch.sleep("wait", 500);
        open -= 1;
        return n;
      }),
    );
    expect(output).toEqual([1, 2, 3, 4, 5, 6]);
    expect(most).toBe(2);
  });

  it("fail with the first failure, and start nothing more", async () => {
    const started: number[] = [];
    const { output } = await play((ctx) =>
      ctx.map("all", [1, 2, 3, 4], { concurrency: 1 }, async (branch, n) =>
        branch.step("work", { retry: { attempts: 1 } }, () => {
          started.push(n);
          if (n === 2) throw new RangeError("two");
          return n;
        }),
      ),
    );
    expect(output).toBeInstanceOf(RangeError);
    expect(started).toEqual([1, 2]);
  });

  it("settle like allSettled while no more fail than tolerated", async () => {
    const { output } = await play((ctx) =>
      ctx.map("all", [1, -2, 3], { tolerate: 1 }, (branch, n) => branch.run(double, n)),
    );
    expect(output).toMatchObject([
      { status: "fulfilled", value: 2 },
      { status: "rejected", reason: { message: "negative" } },
      { status: "fulfilled", value: 6 },
    ]);
  });

  it("fail with all the errors when more fail than tolerated", async () => {
    const { output } = await play((ctx) =>
      ctx.map("all", [-1, -2, 3], { tolerate: 1 }, (branch, n) => branch.run(double, n)),
    );
    expect(output).toBeInstanceOf(AggregateError);
    expect((output as AggregateError).message).toBe(
      'map "all": 2 of 3 branches failed, 1 tolerated',
    );
  });

  it("of nothing give nothing", async () => {
    const { output } = await play(async (ctx) => [
      await ctx.map("none", [], async () => 1),
      await ctx.parallel("none", {}),
    ]);
    expect(output).toEqual([[], {}]);
  });

  it("refuse branch names that could be taken for the keys of others", async () => {
    const { output } = await play((ctx) => ctx.parallel("both", { "a/b": async () => 1 }));
    expect(output).toMatchObject({ code: "invalid_argument" });
  });
});
