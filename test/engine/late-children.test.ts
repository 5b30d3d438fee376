import { afterEach, describe, expect, it } from "vitest";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
let log: string[] = [];
afterEach(async () => {
  await world.end();
  log = [];
});

const child = workflow("child", {}, async (ctx) => {
  await ctx.step("begin", () => log.push("child began"));
  await ctx.sleep("long", "1h");
  log.push("child went on");
});

/** Starts a child as it cleans up, and ends without waiting for it. */
const hasty = workflow("hasty", {}, async (ctx) => {
  try {
    await ctx.sleep("long", "1h");
  } finally {
    const fails = async () => {
      await ctx.sleep("a moment", "5s");
      throw new TerminalError("cannot clean up");
    };
    await Promise.all([ctx.run(child, undefined), fails()]);
  }
});

/** Asks for a child after a step during which it is terminated. */
const slow = workflow("slow", {}, async (ctx) => {
  await ctx.step(
    "slow",
    () => new Promise<void>((resolve) => void world.clock.after(5_000, resolve)),
  );
  await ctx.run(child, undefined);
});

const statusOf = async (id: string) => (await world.until(world.store.readRun(id)))?.status;

describe("a child that was started late", () => {
  it("by code that was cancelled, and ends without waiting for it, is cancelled with the run", async () => {
    world = await World.create({ workflows: [hasty, child] });
    world.begin();
    const run = await world.until(world.savepoint.start(hasty, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel());
    await world.until(run.result().catch(() => undefined));
    await world.pass(5_000);
    expect(log).toEqual(["child began"]);
    expect(await statusOf("run~1~child")).toBe("cancelled");
    await expectSoundEnd(world);
  });

  it("by the owner of a run that was terminated does not begin", async () => {
    world = await World.create({ workflows: [slow, child] });
    world.begin();
    const run = await world.until(world.savepoint.start(slow, undefined, { id: "run" }));
    await world.pass(2_000);
    await world.until(run.terminate());
    await world.pass(10_000);
    expect(log).toEqual([]);
    expect(await statusOf("run~1~child")).toBe("cancelled");
    await expectSoundEnd(world);
  });

  it.each(["crash-before", "crash-after", "lost-reply"] as const)(
    "does not begin either when asking for its own cancel goes wrong: %s",
    async (fault) => {
      let isOver = false;
      world = await World.create({
        workflows: [slow, child],
        visibilitySeconds: 40,
        fault: (_, action, body) => {
          const isAsk = action === "UpdateItem" && body.includes("#cancel = :cancel");
          if (isOver || !isAsk || !body.includes("RUN#run~1~child")) return undefined;
          isOver = true;
          return fault;
        },
      });
      world.begin();
      const run = await world.until(world.savepoint.start(slow, undefined, { id: "run" }));
      await world.pass(2_000);
      await world.until(run.terminate());
      await world.pass(3 * 60_000);
      expect([isOver, log]).toEqual([true, []]);
      expect(await statusOf("run~1~child")).toBe("cancelled");
      await expectSoundEnd(world);
    },
  );
});
