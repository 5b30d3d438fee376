import { afterEach, beforeEach, expect, it } from "vitest";
import { CancelledError, type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

const child = workflow("child", {}, async (ctx: Context, _: undefined) => {
  await ctx.step("begin", () => 1);
  await ctx.sleep("long", "3m");
  return "done";
});
const parent = workflow("parent", {}, async (ctx: Context, _: undefined) => {
  try {
    return await ctx.run(child, undefined);
  } catch (error) {
    return error instanceof CancelledError ? "child was stopped" : "odd";
  }
});

let world: World;
beforeEach(async () => {
  world = await World.create({ workflows: [child, parent] });
  world.begin();
});
afterEach(() => world.end());

const started = async () => {
  const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
  await world.pass(10_000);
  return { run, child: world.savepoint.get("run~1~child") };
};

it("a parent hears of the end of a child that is terminated", async () => {
  const { run, child } = await started();
  await world.until(child.terminate({ reason: "enough" }));
  expect(await world.until(run.result())).toBe("child was stopped");
  expect(await world.until(world.store.readRun(child.id))).toMatchObject({
    status: "cancelled",
    owed: [],
    checkAt: undefined,
  });
});

it("a paused run sleeps on until it is resumed, and then goes on from where it was", async () => {
  const { run, child } = await started();
  await world.until(child.pause());
  await world.pass(600_000);
  expect(await world.until(child.status())).toBe("paused");
  await world.until(child.resume());
  expect(await world.until(run.result())).toBe("done");
  expect(await world.until(child.history())).toMatchObject([{ key: "begin", attempts: 1 }, {}]);
});

it("a child is deleted as soon as its parent has its outcome", async () => {
  const { run, child } = await started();
  await expect(world.until(child.delete())).rejects.toMatchObject({ code: "run_conflict" });
  await world.until(run.result());
  await world.pass(1_000);
  await world.until(child.delete());
  await expect(world.until(child.describe())).rejects.toMatchObject({ code: "run_not_found" });
  expect(await world.until(run.result())).toBe("done");
});
