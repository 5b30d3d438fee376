import { afterEach, describe, expect, it } from "vitest";
import { type Context, NoProgressError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

/** A workflow whose step ends the process it runs in, and one that works. */
function killer(world: () => World, kills: (attempt: number) => boolean) {
  let attempts = 0;
  const poison = workflow("poison", {}, async (ctx: Context, _: undefined) => {
    await ctx.step("fine", () => 1);
    return ctx.step("explode", async () => {
      attempts += 1;
      if (!kills(attempts)) return "survived";
      world().processes.at(-1)?.die();
      return new Promise<string>(() => undefined);
    });
  });
  const good = workflow("good", {}, async (ctx: Context, n: number) => {
    await ctx.step("one", () => n);
    await ctx.step("two", () => n);
    return n;
  });
  return { poison, good, attempts: () => attempts };
}

async function worldWith(kills: (attempt: number) => boolean, concurrency = 1) {
  const { poison, good, attempts } = killer(() => world, kills);
  const world: World = await World.create({ workflows: [poison, good], concurrency });
  worlds.push(world);
  return { world, poison, good, attempts };
}

describe("a run that ends its process", () => {
  it("is failed with its step named, and the nine beside it succeed", async () => {
    const { world, poison, good } = await worldWith(() => true);
    const bad = await world.until(world.savepoint.start(poison, undefined, { id: "bad" }));
    const others = await Promise.all(
      Array.from({ length: 9 }, (_, n) =>
        world.until(world.savepoint.start(good, n, { id: `good-${n}` })),
      ),
    );
    world.begin();
    for (const [n, run] of others.entries()) expect(await world.until(run.result())).toBe(n);
    const error = await world.until(bad.result()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoProgressError);
    expect((error as Error).message).toContain('step "explode"');
  });

  it("has four processes in all: one may have died of a neighbour, three were its own", async () => {
    const { world, poison } = await worldWith(() => true);
    const bad = await world.until(world.savepoint.start(poison, undefined, { id: "bad" }));
    world.begin();
    await world.until(bad.result()).catch(() => undefined);
    const crashed = world.processes.filter(({ isDead }) => isDead).length;
    expect(crashed).toBe(4);
    expect(await world.until(bad.describe())).toMatchObject({ status: "failed" });
  });

  it("goes on when it kills its process now and then and makes progress between", async () => {
    const { world, poison, attempts } = await worldWith((attempt) => attempt <= 3);
    expect(await world.run(poison, undefined)).toBe("survived");
    expect(attempts()).toBe(4);
  });

  it("survives any number of kills while it makes progress between them", async () => {
    const STEPS = 5;
    const KILLS_A_STEP = 3;
    const attempts = new Map<number, number>();
    const long = workflow("long", {}, async (ctx: Context, _: undefined) => {
      for (let n = 0; n < STEPS; n += 1) {
        await ctx.step("work", async () => {
          const attempt = (attempts.get(n) ?? 0) + 1;
          attempts.set(n, attempt);
          if (attempt > KILLS_A_STEP) return n;
          killed.processes.find(({ isDead }) => !isDead)?.die();
          return new Promise<number>(() => undefined);
        });
      }
      return "done";
    });
    const killed: World = await World.create({ workflows: [long], concurrency: 1 });
    worlds.push(killed);
    expect(await killed.run(long, undefined)).toBe("done");
    // More than a run survives at one place, over and over.
    expect([...attempts.values()]).toEqual(Array.from({ length: STEPS }, () => KILLS_A_STEP + 1));
    const { recoveries } = await killed.until(killed.savepoint.get("run").describe());
    expect(recoveries).toBe(STEPS * KILLS_A_STEP);
  });

  it("counts the kills of a step anew once its process has lived to see an attempt fail", async () => {
    let entered = 0;
    const flaky = workflow("flaky", {}, async (ctx: Context, _: undefined) =>
      ctx.step("work", { retry: { attempts: 4, delay: 10 } }, async () => {
        entered += 1;
        if (entered === 7) return "done";
        if (entered % 3 === 0) throw new Error("not this time");
        killed.processes.find(({ isDead }) => !isDead)?.die();
        return new Promise<string>(() => undefined);
      }),
    );
    const killed: World = await World.create({ workflows: [flaky], concurrency: 1 });
    worlds.push(killed);
    expect(await killed.run(flaky, undefined)).toBe("done");
    expect(killed.processes.filter(({ isDead }) => isDead)).toHaveLength(4);
  });

  it("survives a kill at every ninth call, whatever it is at", async () => {
    const long = workflow("long", {}, async (ctx: Context, _: undefined) => {
      for (let i = 0; i < 40; i += 1) await ctx.step("work", () => i);
      return "done";
    });
    const killed = await World.create({
      workflows: [long],
      fault: (n) => (n % 9 === 0 ? "crash-after" : undefined),
    });
    worlds.push(killed);
    expect(await killed.run(long, undefined)).toBe("done");
    expect(killed.processes.filter(({ isDead }) => isDead).length).toBeGreaterThan(4);
  });
});

describe("a run that is handed over again and again", () => {
  it("is failed when sixteen invocations bring no progress", async () => {
    const stuck = workflow("stuck", {}, async (ctx: Context, _: undefined) =>
      ctx.step("never", { timeout: "1s" }, () => 1),
    );
    // No invocation is ever long enough to start anything.
    const world = await World.create({
      workflows: [stuck],
      invocationMs: 4_000,
      settings: { deadlineMarginMs: 5_000 },
    });
    worlds.push(world);
    const error = await world.run(stuck, undefined).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoProgressError);
    expect((error as Error).message).toContain("16 times");
  });
});

describe("an unhandled rejection in one run", () => {
  it("is the run's own and ends neither it nor the others", async () => {
    const careless = workflow("careless", {}, async (ctx: Context, _: undefined) => {
      void ctx.step("lost", { retry: { attempts: 1 } }, () => {
        throw new Error("nobody looks");
      });
      await ctx.sleep("a while", "2s");
      return "fine";
    });
    const world = await World.create({ workflows: [careless] });
    worlds.push(world);
    const rejections: unknown[] = [];
    const note = (error: unknown) => void rejections.push(error);
    process.on("unhandledRejection", note);
    expect(await world.run(careless, undefined)).toBe("fine");
    process.off("unhandledRejection", note);
    expect(rejections).toContainEqual(expect.objectContaining({ message: "nobody looks" }));
  });
});
