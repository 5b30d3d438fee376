import { afterEach, expect, it } from "vitest";
import { event, RunTimeoutError, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const BORN = Date.UTC(2026, 0, 1);
let world: World;
afterEach(() => world.end());

const child = workflow("child", {}, async (ctx) => ctx.sleep("long", "1h"));
const parent = workflow("parent", {}, async (ctx) => {
  await ctx.run(child, undefined);
});

const started = async (options: Partial<WorldOptions> = {}, timeout?: "2m") => {
  world = await World.create({ workflows: [parent, child], ...options });
  world.begin();
  const run = await world.until(
    world.savepoint.start(parent, undefined, { id: "run", ...(timeout && { timeout }) }),
  );
  await world.pass(5_000);
  return run;
};
const childStatus = () => world.until(world.savepoint.get("run~1~child").status());

it("a paused run is ended at its deadline, and its children with it", async () => {
  const run = await started({}, "2m");
  await world.until(run.pause());
  await expect(world.until(run.result())).rejects.toBeInstanceOf(RunTimeoutError);
  await world.pass(3 * 60_000);
  expect(await childStatus()).toBe("cancelled");
  await expectSoundEnd(world);
});

it("a blocked run is ended at its deadline, and its children with it", async () => {
  let isChanged = false;
  const changing = workflow("changing", {}, async (ctx) => {
    if (isChanged) await ctx.step("other", () => 1);
    await ctx.run(child, undefined);
  });
  world = await World.create({ workflows: [changing, child] });
  world.begin();
  const run = await world.until(
    world.savepoint.start(changing, undefined, { id: "run", timeout: "2m" }),
  );
  await world.pass(5_000);
  isChanged = true;
  await world.until(run.send(event("wake"), 1));
  await world.pass(5_000);
  expect(await world.until(run.status())).toBe("blocked");
  await expect(world.until(run.result())).rejects.toBeInstanceOf(RunTimeoutError);
  // Not at the sweeper's next look at a blocked run, which is minutes later.
  expect(world.clock.now()).toBeLessThan(BORN + 4 * 60_000);
  await world.pass(3 * 60_000);
  expect(await childStatus()).toBe("cancelled");
  await expectSoundEnd(world);
});

it("the children of a terminated run are cancelled although its hint was lost", async () => {
  let isSweeping = true;
  const run = await started({
    deliver: () => isSweeping,
    aroundSweep: async (sweep) => {
      isSweeping = true;
      await sweep();
      isSweeping = false;
    },
  });
  isSweeping = false;
  await world.until(run.terminate());
  expect(await childStatus()).toBe("waiting");
  await world.pass(4 * 60_000);
  expect(await childStatus()).toBe("cancelled");
  await expectSoundEnd(world);
});
