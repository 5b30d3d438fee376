import { describe, expect, it } from "vitest";
import { type Context, NoProgressError, workflow } from "../../lambda/index.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import type { World, WorldOptions } from "../../lambda/testing/world.ts";
import { outcome } from "../engine/outcome.ts";
import { FROZEN_MS, finishAs, firstTime, openWorld, rest } from "./stage.ts";

/** Ends the processes that are at work. */
const crash = (world: World) => {
  for (const process of world.processes) process.die();
};

/** A workflow whose step ends its process until it is told not to. */
function poisonous(options: Partial<WorldOptions> = {}) {
  const state = { entered: 0, isCured: false };
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    await ctx.step("fine", () => 1);
    return ctx.step("kill", () => {
      state.entered += 1;
      if (!state.isCured) crash(world());
      return "cured";
    });
  });
  let opened: World | undefined;
  const world = () => opened as World;
  return {
    state,
    flow,
    open: async () => (opened = await openWorld([flow], { visibilitySeconds: 5, ...options })),
  };
}

describe("a crash amid a run", () => {
  it("43. is recovered from: completed steps are not run again, and who asked for it is known again", async () => {
    const bodies: string[] = [];
    interface Caller {
      readonly user: string;
      readonly roles: ReadonlySet<string>;
    }
    const flow = workflow("flow", {}, async (ctx: Context, { user, roles }: Caller) => {
      await ctx.step("one", () => void bodies.push("one"));
      await ctx.sleep("rest", "1m");
      return ctx.step("two", () => {
        bodies.push("two");
        if (bodies.length === 2) crash(world);
        return `${user} is ${[...roles].join(" and ")}`;
      });
    });
    const world: World = await openWorld([flow], { visibilitySeconds: 5 });
    const run = await world.until(
      world.savepoint.start(
        flow,
        { user: "ada", roles: new Set(["admin", "author"]) },
        { id: "run", attributes: { tenant: "acme" } },
      ),
    );
    expect(await world.until(run.result())).toBe("ada is admin and author");
    expect(bodies).toEqual(["one", "two", "two"]);
    expect(await world.until(run.describe())).toMatchObject({
      recoveries: 1,
      attributes: { tenant: "acme" },
    });
    await expectSoundEnd(world);
  });

  it.each(["crash-before", "crash-after"] as const)(
    "49. leaves a child that was started before it the same child: %s the parent's park",
    async (fault) => {
      let entered = 0;
      const child = workflow("child", {}, async (ctx: Context, _: undefined) => {
        await ctx.step("once", () => (entered += 1));
        await ctx.sleep("rest", "1m");
        return "the child's";
      });
      const parent = workflow("parent", {}, (ctx: Context, _: undefined) =>
        ctx.run(child, undefined),
      );
      const world = await openWorld([parent, child], {
        fault: firstTime(
          (action, body) =>
            action === "UpdateItem" &&
            body.includes("#status = :waiting") &&
            body.includes("RUN#run"),
          fault,
        ),
      });
      expect(await world.run(parent, undefined)).toBe("the child's");
      expect(entered).toBe(1);
      const { runs } = await world.until(world.savepoint.list());
      expect(runs.map(({ id }) => id).toSorted()).toEqual(["run", "run~1~child"]);
      await expectSoundEnd(world);
    },
  );
});

describe("the count of crashes", () => {
  it("44. rises by one with each recovery, up to the last one, which fails the run", async () => {
    const { open, flow, state } = poisonous();
    const world = await open();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    const counted: number[] = [];
    for (let n = 1; n <= 3; n += 1) {
      while (state.entered <= n) await world.pass(1_000);
      counted.push((await world.until(run.describe())).recoveries);
    }
    expect(counted).toEqual([1, 2, 3]);
    const error = await outcome(world, run.result());
    expect(error).toBeInstanceOf(NoProgressError);
    expect((error as Error).message).toContain('step "kill"');
    const { finishedAt, status } = await world.until(run.describe());
    expect(status).toBe("failed");
    expect(finishedAt).toBeLessThanOrEqual(world.clock.now());
  });

  it("44. begins anew when the run is resumed: it may crash as often again, and succeed", async () => {
    const { open, flow, state } = poisonous();
    const world = await open();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await outcome(world, run.result());
    const before = state.entered;
    await world.until(run.resume());
    expect(await outcome(world, run.result())).toBeInstanceOf(NoProgressError);
    expect(state.entered).toBe(2 * before);
    state.isCured = true;
    await world.until(run.resume());
    expect(await outcome(world, run.result())).toBe("cured");
    expect((await world.until(run.history())).map(({ key }) => key)).toEqual(["fine", "kill"]);
  });

  it("45. is not raised by further starts of the id, nor by hints that come again", async () => {
    const flow = workflow("flow", {}, (ctx: Context, _: undefined) => ctx.sleep("rest", "3m"));
    const world = await openWorld([flow], {
      deliveryPlan: { copies: () => [0, 0], next: () => 0 },
    });
    const start = () => world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    const run = await start();
    await world.pass(5_000);
    const { epoch } = await world.until(run.describe());
    for (let n = 0; n < 5; n += 1) await start();
    await world.pass(60_000);
    expect(await world.until(run.describe())).toMatchObject({ epoch, recoveries: 0 });
    expect(await world.until(world.store.readRun("run"))).toMatchObject({ hops: 0, crashes: 0 });
  });

  it("46. gives up no run that was resumed while a worker stood still before it said so", async () => {
    const clock = { world: undefined as World | undefined };
    const { open, flow, state } = poisonous({
      visibilitySeconds: 31,
      fault: firstTime(finishAs("failed"), () => ({
        freeze: "before",
        until: rest(clock.world as World, 3 * FROZEN_MS),
      })),
    });
    const world = (clock.world = await open());
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    // Another worker has given it up instead; the first still stands.
    expect(await outcome(world, run.result())).toBeInstanceOf(NoProgressError);
    const givenUpAt = world.clock.now();
    state.isCured = true;
    await world.until(run.resume());
    expect(await outcome(world, run.result())).toBe("cured");
    const described = await world.until(run.describe());
    expect(world.clock.now() - givenUpAt).toBeLessThan(FROZEN_MS);
    await world.pass(4 * FROZEN_MS);
    expect(await world.until(run.describe())).toEqual(described);
  });
});

describe("the sweeper", () => {
  const long = () => {
    const bodies: number[] = [];
    const flow = workflow("flow", {}, (ctx: Context, ms: number) =>
      ctx.step("long", () => {
        bodies.push(ctx.attempt);
        return rest(opened[0] as World, ms);
      }),
    );
    const opened: World[] = [];
    return {
      bodies,
      flow,
      open: async (options: Partial<WorldOptions>) => {
        opened.push(await openWorld([flow], options));
        return opened[0] as World;
      },
    };
  };
  /** Two sweeps at a time, each minute. */
  const twice: Partial<WorldOptions> = {
    aroundSweep: async (sweep) => void (await Promise.all([sweep(), sweep()])),
  };

  it("47. touches no run that is not due, and no run that is over", async () => {
    const sleeper = workflow("sleeper", {}, (ctx: Context, _: undefined) =>
      ctx.sleep("rest", "12m"),
    );
    const quick = workflow("quick", {}, async () => 1);
    const world = await openWorld([sleeper, quick], twice);
    await world.run(quick, undefined, "over");
    await world.until(world.savepoint.start(sleeper, undefined, { id: "asleep" }));
    await world.pass(30_000);
    const read = () => world.until(world.store.readRuns(["over", "asleep"]));
    const before = await read();
    await world.pass(10 * 60_000);
    expect(await read()).toEqual(before);
  });

  it("47. twice at a time takes nothing from the worker that has claimed a dead one's run", async () => {
    const { bodies, flow, open } = long();
    const world = await open({
      ...twice,
      // The message that would come back by itself is lost with its worker.
      visibilitySeconds: 43_200,
    });
    const run = await world.until(world.savepoint.start(flow, 10 * 60_000, { id: "run" }));
    await world.pass(50);
    crash(world);
    await world.pass(9 * 60_000);
    const taken = await world.until(world.store.readRun("run"));
    expect(taken?.owner).toContain(world.processes[1]?.name);
    await world.until(run.result());
    expect(bodies).toEqual([1, 2]);
    expect(await world.until(run.describe())).toMatchObject({ epoch: 2, recoveries: 1 });
    await expectSoundEnd(world);
  });

  it("48. starts no second advance of a run that a worker is at", async () => {
    const { bodies, flow, open } = long();
    const world = await open(twice);
    await world.run(flow, 10 * 60_000);
    expect(bodies).toEqual([1]);
    expect(await world.until(world.savepoint.get("run").describe())).toMatchObject({
      epoch: 1,
      recoveries: 0,
    });
    await expectSoundEnd(world);
  });
});
