import { afterEach, expect, it } from "vitest";
import { CancelledError, type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { changeItem } from "./table-item.ts";

let world: World;
afterEach(() => world.end());

it("a child that ended as cancelled, without an error, fails what waits for it by name", async () => {
  const child = workflow("child", {}, async (ctx: Context, _: undefined) => {
    await ctx.sleep("long", "1h");
  });
  const parent = workflow("parent", {}, (ctx: Context, _: undefined) => ctx.run(child, undefined));
  world = await World.create({ workflows: [parent, child] });
  world.begin();
  const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
  await world.pass(5_000);
  await changeItem(
    world,
    { pk: "RUN#run~1~child", sk: "META" },
    {
      update: "SET #status = :cancelled REMOVE dueAt, checkAt",
      names: { "#status": "status" },
      values: { ":cancelled": { S: "cancelled" } },
    },
  );
  // Its notice.
  const meta = await world.until(world.store.readRun("run"));
  const dueAt = await world.until(
    world.store.notifyParent({
      to: { id: "run", incarnation: meta?.incarnation ?? "" },
      childFailed: true,
      now: world.clock.now(),
      gatherMs: 0,
      isOneOfMany: false,
      tx: "notice",
    }),
  );
  expect(dueAt).toBeDefined();
  const error = await world.until(run.result()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CancelledError);
  expect((error as Error).message).toContain('"run~1~child"');
});

it("a blocked child that goes on meanwhile is cancelled, and undoes what it did, instead of being terminated", async () => {
  let version = 1;
  let isArmed = false;
  const undone: string[] = [];
  const child = workflow("child", {}, async (ctx: Context, _: undefined) => {
    await ctx.step("book", { rollback: () => undone.push("book") }, () => 1);
    await ctx.step(version === 2 ? "other" : "work", () => 1);
    await ctx.sleep("long", "10m");
  });
  const parent = workflow("parent", { version: "1" }, (ctx: Context, _: undefined) =>
    ctx.run(child, undefined),
  );
  world = await World.create({
    workflows: [parent, child],
    code: () => `code-${version}`,
    fault: (_, action, body) => {
      if (!isArmed || action !== "UpdateItem" || !body.includes("#status = :cancelled, #epoch")) {
        return undefined;
      }
      // The parent terminates the child that it has seen blocked: by then it fits the code again.
      isArmed = false;
      version = 3;
      const others = async () => {
        await world.savepoint.get("run~1~child").resume();
        await new Promise<void>((resolve) => void world.clock.after(3_000, resolve));
      };
      return { when: "before", others };
    },
  });
  world.begin();
  const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
  const blocked = world.savepoint.get("run~1~child");
  await world.pass(5_000);
  version = 2;
  await world.until(blocked.pause());
  await world.until(blocked.resume());
  await world.pass(5_000);
  expect(await world.until(blocked.status())).toBe("blocked");
  isArmed = true;
  await world.until(run.cancel());
  await world.pass(60_000);
  expect(await world.until(blocked.status())).toBe("cancelled");
  expect({ isArmed, undone }).toEqual({ isArmed: false, undone: ["book"] });
});
