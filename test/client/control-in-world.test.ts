import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CancelledError, type Context, workflow } from "../../lambda/index.ts";
import { resumeRun } from "../../lambda/client/resume-run.ts";
import { silentLog } from "../../lambda/testing/logs.ts";
import { seededIds } from "../../lambda/testing/seeded-ids.ts";
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

it("a run whose resume is refused leaves the children be that ended with it", async () => {
  const failing = workflow("failing", {}, async (ctx: Context, _: undefined) => {
    await ctx.step("fail", { retry: { attempts: 1 } }, () => {
      throw new RangeError("broken");
    });
  });
  const parentOf = workflow("parent-of", {}, (ctx: Context, _: undefined) =>
    ctx.run(failing, undefined),
  );
  await world.end();
  world = await World.create({ workflows: [failing, parentOf] });
  world.begin();
  const run = await world.until(world.savepoint.start(parentOf, undefined, { id: "run" }));
  await world.until(run.result().catch(() => undefined));
  const { clock } = world;
  const store = { ...world.store, isOverfull: () => Promise.resolve(true) };
  const unused = () => Promise.reject(new Error("nothing is to be hinted at"));
  const hints = { send: unused, delete: unused, hide: unused, hideAll: unused };
  const deps = { store, clock, ids: seededIds(1), log: silentLog, hints };
  await expect(world.until(resumeRun(deps, "run"))).rejects.toThrow(/has taken more events/);
  expect(await world.until(world.savepoint.get("run~1~failing").status())).toBe("failed");
});

it("a wait that can be called off listens for that once at a time, however often it looks", async () => {
  const { run } = await started();
  const { signal } = new AbortController();
  const result = run.result({ signal });
  await world.pass(60_000);
  expect(getEventListeners(signal, "abort").length).toBeLessThanOrEqual(1);
  expect(await world.until(result)).toBe("done");
});
