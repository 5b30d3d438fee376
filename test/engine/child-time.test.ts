import { afterEach, describe, expect, it } from "vitest";
import { type Duration, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { outcome } from "./outcome.ts";

const MINUTE_MS = 60_000;

let world: World;
afterEach(() => world.end());

const ending = (promise: Promise<unknown>) => outcome(world, promise);

const child = workflow("child", {}, async (ctx) => {
  await ctx.sleep("work", "5m");
  return "done";
});
/** Asks for its child late, with nearly no time left. */
const late = workflow("late", {}, async (ctx) => {
  await ctx.sleep("first", "9m");
  return ctx.run(child, undefined);
});
/** The same, and gives the child time of its own. */
const limited = workflow("limited", {}, async (ctx) => {
  await ctx.sleep("first", "9m");
  return ctx.run(child, undefined, { timeout: "6m" });
});
const sharing = workflow("sharing", {}, (ctx) => ctx.run(child, undefined, { id: "shared" }));
const cleaner = workflow("cleaner", {}, (ctx) => ctx.step("clean", () => "clean"));
const cleaned: unknown[] = [];
const cleaning = workflow("cleaning", {}, async (ctx) => {
  try {
    await ctx.sleep("long", "1h");
  } finally {
    await ctx.sleep("grace", "2m");
    cleaned.push(await ctx.run(cleaner, undefined));
  }
});

async function open() {
  world = await World.create({ workflows: [child, late, limited, sharing, cleaner, cleaning] });
  world.begin();
}

const start = (flow: typeof late, id: string, timeout?: Duration) =>
  world.until(world.savepoint.start(flow, undefined, { id, ...(timeout && { timeout }) }));

describe("a child's time", () => {
  it.each([late, limited])(
    "begins anew when its parent $name is resumed, which had run out of it",
    async (flow) => {
      await open();
      const run = await start(flow, "run", "10m");
      expect(await ending(run.result())).toMatchObject({ code: "run_timeout" });
      await world.until(run.resume());
      const own = world.savepoint.get("run~1~child");
      const [{ deadline: mine = 0 }, { deadline: its = 0 }] = await world.until(
        Promise.all([run.describe(), own.describe()]),
      );
      expect(its).toBeLessThanOrEqual(mine);
      expect(its - world.clock.now()).toBeGreaterThan((flow === late ? 9 : 5) * MINUTE_MS);
      expect(await ending(run.result())).toBe("done");
    },
  );

  it("is its own alone when it is resumed by itself, or forked", async () => {
    await open();
    const run = await start(late, "run", "10m");
    await ending(run.result());
    const own = world.savepoint.get("run~1~child");
    const fork = await world.until(own.fork());
    expect((await world.until(fork.describe())).deadline).toBeUndefined();
    await world.until(own.resume());
    expect((await world.until(own.describe())).deadline).toBeUndefined();
    expect(await ending(own.result())).toBe("done");
  });

  it("is not that of whoever asks first when others may wait for it, too", async () => {
    await open();
    const hurried = await start(sharing, "hurried", "2m");
    await world.pass(1_000);
    const patient = await start(sharing, "patient");
    expect(await ending(hurried.result())).toMatchObject({ code: "run_timeout" });
    expect(await ending(patient.result())).toBe("done");
  });

  it.each([
    ["its parent's time is over", 11],
    ["its parent is cancelled shortly before", 9],
  ])("is not limited in a clean-up: %s", async (_, minutes) => {
    cleaned.length = 0;
    await open();
    const run = await start(cleaning as typeof late, "run", "10m");
    await world.pass(minutes * MINUTE_MS);
    await world.until(run.cancel());
    await ending(run.result());
    expect(cleaned).toEqual(["clean"]);
  });
});
