import { afterEach, describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import type { WorldOptions } from "../../lambda/testing/world-options.ts";

let world: World;
afterEach(() => world.end());
const MINUTE = 60_000;
const LEASE = 30_000;

const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));

const child = workflow("child", {}, async (ctx) => {
  await ctx.sleep("long", "1h");
  return "child's";
});
const parent = workflow("parent", {}, (ctx: Context, _: undefined) => ctx.run(child, undefined));
const late = workflow("late", {}, async (ctx: Context, _: undefined) => {
  await ctx.step("slow", () => rest(5_000));
  return ctx.run(child, undefined);
});

/** Stops the first call that is meant, once it is armed, until it is let go. */
function oneStandsStill(action: string, words: string, isArmed = true) {
  const still = { isArmed, hasStopped: false, letGo: () => {} };
  const until = new Promise<void>((resolve) => (still.letGo = resolve));
  const fault: WorldOptions["fault"] = (_, called, body) => {
    if (!still.isArmed || called !== action || !body.includes(words)) return undefined;
    still.isArmed = false;
    still.hasStopped = true;
    return { freeze: "before", until };
  };
  return { still, options: { fault, visibilitySeconds: 40 } };
}

describe("a worker that stood still while its run ended and was resumed", () => {
  it("cancels no child of the resumed run", async () => {
    const { still, options } = oneStandsStill("BatchGetItem", '"RUN#run~1~child"', false);
    world = await World.create({ ...options, workflows: [parent, child] });
    world.begin();
    const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
    await world.pass(10_000);
    still.isArmed = true;
    await world.until(run.cancel());
    await world.pass(5 * MINUTE);
    expect(still.hasStopped).toBe(true);
    expect(await world.until(run.status())).toBe("cancelled");
    await world.until(run.resume());
    await world.pass(MINUTE);
    still.letGo();
    expect(await world.until(run.result())).toBe("child's");
  });

  it("does not ask for the end of a time that has begun anew", async () => {
    const timed = workflow("timed", {}, async (ctx: Context, _: undefined) => {
      await ctx.sleep("long", "50m");
      await ctx.sleep("longer", "50m");
      return "done";
    });
    const { still, options } = oneStandsStill("UpdateItem", "its time is over");
    world = await World.create({ ...options, workflows: [timed] });
    world.begin();
    const run = await world.until(
      world.savepoint.start(timed, undefined, { id: "run", timeout: "1h" }),
    );
    await world.pass(70 * MINUTE);
    expect(still.hasStopped).toBe(true);
    expect(await world.until(run.status())).toBe("cancelled");
    await world.until(run.resume());
    await world.pass(MINUTE);
    still.letGo();
    expect(await world.until(run.result())).toBe("done");
  });
});

it("a sweeper that comes late ends no paused run whose time has begun anew", async () => {
  let ends = 0;
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    await ctx.sleep("long", "30m");
    await ctx.sleep("longer", "30m");
    return "done";
  });
  world = await World.create({
    workflows: [flow],
    bystanderFault: (action, body) => {
      if (action !== "UpdateItem" || !body.includes("#status = :cancelled, #epoch"))
        return undefined;
      ends += 1;
      return ends === 1 ? { pauseMs: 10 * MINUTE } : undefined;
    },
  });
  world.begin();
  const run = await world.until(
    world.savepoint.start(flow, undefined, { id: "run", timeout: "50m" }),
  );
  await world.pass(10 * MINUTE);
  await world.until(run.pause());
  await world.pass(45 * MINUTE);
  expect(await world.until(run.status())).toBe("cancelled");
  await world.until(run.resume());
  await world.pass(MINUTE);
  await world.until(run.pause());
  await world.pass(15 * MINUTE);
  expect(await world.until(run.status())).toBe("paused");
  await world.until(run.resume());
  expect(await world.until(run.result())).toBe("done");
});

describe("a run that is terminated while its worker is at work", () => {
  it("is not resumed before that one knows, and then enters no body twice", async () => {
    const entered: string[] = [];
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      for (let step = 0; step < 6; step += 1) {
        await ctx.step(`s${step}`, { atMostOnce: true }, async () => {
          entered.push(`s${step}`);
          await rest(1_000);
        });
      }
      return "done";
    });
    world = await World.create({ workflows: [flow] });
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(2_500);
    await world.until(run.terminate());
    await expect(world.until(run.resume())).rejects.toThrow(
      /"run" was terminated while a worker was at work on it.* by 2026-.*resume it then/,
    );
    await world.pass(LEASE);
    await world.until(run.resume());
    expect(await world.until(run.result())).toBe("done");
    expect(entered).toEqual(["s0", "s1", "s2", "s3", "s4", "s5"]);
  });

  it("is not deleted before that one knows, so that no child of it is left behind", async () => {
    world = await World.create({ workflows: [late, child] });
    world.begin();
    const run = await world.until(world.savepoint.start(late, undefined, { id: "run" }));
    await world.pass(2_000);
    await world.until(run.terminate());
    for (const children of [true, false]) {
      await expect(world.until(run.delete({ children }))).rejects.toThrow(
        /at work.*delete it then/,
      );
    }
    await world.pass(LEASE);
    await world.until(run.delete({ children: true }));
    const next = await world.until(world.savepoint.start(late, undefined, { id: "run" }));
    expect(await world.until(next.result())).toBe("child's");
  });

  it("is deleted at once when nobody was", async () => {
    world = await World.create({ workflows: [child] });
    world.begin();
    const run = await world.until(world.savepoint.start(child, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.terminate());
    await world.until(run.delete());
    await expect(world.until(run.status())).rejects.toThrow(/"run"/);
  });

  it("is asked once for the end of its time, and given up then", async () => {
    let asked = 0;
    let givenUp = 0;
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      await ctx.step("slow", () => rest(60_000));
    });
    world = await World.create({
      workflows: [flow],
      travelMs: () => 5,
      telemetry: { advance: (_, work) => work().finally(() => (givenUp += 1)) },
      watch: ({ action, body }) => {
        if (action === "UpdateItem" && body.includes("its time is over")) asked += 1;
      },
    });
    world.begin();
    const run = await world.until(
      world.savepoint.start(flow, undefined, { id: "run", timeout: "21s" }),
    );
    await world.pass(20_800);
    await world.until(run.terminate());
    // Well before the next heartbeat would tell.
    await world.pass(1_000);
    expect({ asked, givenUp }).toEqual({ asked: 1, givenUp: 1 });
  });
});
