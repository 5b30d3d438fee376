import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

interface Consumed {
  readonly CapacityUnits?: number;
}

/** Units and calls of everything that happened, writes and reads apart. */
function spent(world: World) {
  const writes = new Set(["PutItem", "UpdateItem", "DeleteItem"]);
  let writeUnits = 0;
  const calls: Record<string, number> = {};
  for (const { service, action, consumed = [] } of world.outcomes) {
    if (service !== "dynamodb") continue;
    calls[action] = (calls[action] ?? 0) + 1;
    if (!writes.has(action)) continue;
    for (const { CapacityUnits = 0 } of consumed as readonly Consumed[])
      writeUnits += CapacityUnits;
  }
  return { writeUnits, calls };
}

describe("what a run costs", () => {
  it("a run of ten steps of 800 incompressible bytes takes 10 + 6 write units", async () => {
    const ten = workflow("ten", {}, async (ctx: Context, _: undefined) => {
      for (let i = 0; i < 10; i += 1) {
        await ctx.step(`step-${i}`, () => new Uint8Array(randomBytes(800)));
      }
      return "done";
    });
    const world = await World.create({ workflows: [ten] });
    worlds.push(world);
    world.begin();
    world.outcomes.length = 0;
    const run = await world.until(world.savepoint.start(ten, undefined, { id: "run" }));
    const { writeUnits, calls } = spent(world);
    // The start, a claim and a finish beside the steps; nothing is read for a run claimed first.
    expect(calls).toEqual({ UpdateItem: 2, PutItem: 1 + 10 });
    expect(writeUnits).toBe(10 + 6);
    expect(await world.until(run.result())).toBe("done");
  });

  it("replaying takes no read but the history's own", async () => {
    const ten = workflow("ten", {}, async (ctx: Context, _: undefined) => {
      for (let i = 0; i < 10; i += 1) await ctx.step(`step-${i}`, () => "x".repeat(500));
      await ctx.sleep("long", "1h");
      for (let i = 10; i < 12; i += 1) await ctx.step(`step-${i}`, () => i);
      return "done";
    });
    const world = await World.create({ workflows: [ten] });
    worlds.push(world);
    world.begin();
    await world.until(world.savepoint.start(ten, undefined, { id: "run" }));
    await world.pass(59 * 60_000);
    world.outcomes.length = 0;
    await world.pass(2 * 60_000);
    const byWorker = world.outcomes.filter(
      ({ action, input }) => action === "Query" && JSON.stringify(input).includes("OP#"),
    );
    expect(byWorker).toHaveLength(1);
    expect(spent(world).calls["GetItem"]).toBeUndefined();
  });

  it("a step of a minute adds a unit for each heartbeat", async () => {
    const slow = workflow("slow", {}, async (ctx: Context, _: undefined) =>
      ctx.step(
        "minute",
        () => new Promise<void>((resolve) => void world.clock.after(60_000, resolve)),
      ),
    );
    const world: World = await World.create({ workflows: [slow] });
    worlds.push(world);
    world.begin();
    await world.until(world.savepoint.start(slow, undefined, { id: "run" }));
    const before = spent(world);
    await world.pass(55_000);
    const { writeUnits, calls } = spent(world);
    // A heartbeat each ten seconds.
    expect((calls["UpdateItem"] ?? 0) - (before.calls["UpdateItem"] ?? 0)).toBe(5);
    expect(writeUnits - before.writeUnits).toBe(5);
  });

  it("the parent of a map pays at most four units a child, and is replayed once a batch of them", async () => {
    const CHILDREN = 1_000;
    const CONCURRENCY = 50;
    const child = workflow("child", {}, async (ctx: Context, index: number) => {
      const pause = () => new Promise<void>((resolve) => void world.clock.after(200, resolve));
      await ctx.step("work", pause);
      return index;
    });
    const parent = workflow("parent", {}, async (ctx: Context, _: undefined) => {
      const items = Array.from({ length: CHILDREN }, (_, index) => index);
      return ctx.map("all", items, { concurrency: CONCURRENCY }, (branch, index) =>
        branch.run(child, index),
      );
    });
    const world: World = await World.create({ workflows: [parent, child], concurrency: 10 });
    worlds.push(world);
    const output = await world.run(parent, undefined, "parent");
    expect(output).toHaveLength(CHILDREN);
    const { epoch } = await world.until(world.savepoint.get("parent").describe());
    const meta = await world.until(world.store.readRun("parent"));
    const isParents = (pk = "") => pk === "RUN#parent" || pk.startsWith(`H#${meta?.incarnation}`);
    const units = world.outcomes
      .filter(({ action, input }) => {
        const { pk } = ((action === "PutItem" ? input["Item"] : input["Key"]) ?? {}) as {
          readonly pk?: { readonly S?: string };
        };
        return isParents(pk?.S);
      })
      .filter(({ action }) => ["PutItem", "UpdateItem"].includes(action))
      .flatMap(({ consumed = [] }) => consumed as readonly Consumed[])
      .reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    // The record, its settlement and the notice.
    expect(units).toBeGreaterThanOrEqual(3 * CHILDREN);
    expect(units).toBeLessThanOrEqual(4 * CHILDREN);
    expect(epoch - 1).toBeLessThanOrEqual(120);
  });
});
