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
