import { describe, expect, it } from "vitest";
import { type Context, ValueUnreadableError, type Workflow, workflow } from "../../lambda/index.ts";
import { historyOf } from "../../lambda/store/meta.ts";
import { changeItem } from "../engine/table-item.ts";
import type { World } from "../../lambda/testing/world.ts";
import { outcome } from "../engine/outcome.ts";
import { openWorld } from "./stage.ts";

/** What no version of the library writes. */
const DAMAGED = "~not devalue";

const replace = (world: World, key: { pk: string; sk: string }, attribute: string, text: string) =>
  changeItem(world, key, {
    update: "SET #attribute = :value",
    names: { "#attribute": attribute },
    values: { ":value": { S: text } },
  });

/** Starts a run whose input is damaged before any worker hears of it. */
async function startDamaged(
  flow: Workflow,
  input: unknown,
  damage: (world: World) => Promise<unknown>,
) {
  let isDamaged = false;
  const world = await openWorld([flow], { deliver: () => isDamaged });
  const start = () => world.until(world.savepoint.start(flow, input, { id: "run" }));
  const run = await start();
  await world.until(damage(world));
  isDamaged = true;
  await start();
  return { world, run };
}

describe("a run whose input cannot be read", () => {
  let calls = 0;
  const flow = workflow("flow", {}, async (_: Context, __: unknown) => (calls += 1));

  it("58. fails at once, and goes on by a resume once that is mended", async () => {
    calls = 0;
    const { world, run } = await startDamaged(flow, 5, (world) =>
      replace(world, { pk: "RUN#run", sk: "META" }, "input", DAMAGED),
    );
    expect(await outcome(world, run.result())).toBeInstanceOf(ValueUnreadableError);
    expect(await world.until(world.store.readRun("run"))).toMatchObject({
      status: "failed",
      epoch: 1,
    });
    expect(calls).toBe(0);
    await replace(world, { pk: "RUN#run", sk: "META" }, "input", "5");
    await world.until(run.resume());
    expect(await outcome(world, run.result())).toBe(1);
  });

  it("58. fails at once, too, when a part of a large one is gone", async () => {
    calls = 0;
    const large = Array.from({ length: 2_000 }, (_, n) => (n * 7_919) % 65_521);
    const { world, run } = await startDamaged(flow, large, async (world) => {
      const meta = await world.store.readRun("run");
      if (meta === undefined || typeof meta.input !== "object" || !("pk" in meta.input)) {
        throw new Error("the input is not in parts");
      }
      const { pk, nonce } = meta.input;
      await changeItem(
        world,
        { pk, sk: `PART#${nonce}#0` },
        {
          update: "REMOVE v SET #gone = :gone",
          names: { "#gone": "gone" },
          values: { ":gone": { S: "x" } },
        },
      );
    });
    const error = await outcome(world, run.result());
    expect(error).toBeInstanceOf(ValueUnreadableError);
    expect((error as Error).message).toContain("part 1 of 1");
    expect(await world.until(run.status())).toBe("failed");
    expect(calls).toBe(0);
  });
});

it("58. a run whose history holds a result that cannot be read fails at once", async () => {
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    await ctx.step("work", () => 1);
    await ctx.sleep("rest", "1m");
  });
  const world = await openWorld([flow]);
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(5_000);
  const meta = await world.until(world.store.readRun("run"));
  if (!meta) throw new Error("there is no run");
  await replace(world, { pk: historyOf(meta), sk: "OP#work" }, "r", DAMAGED);
  expect(await outcome(world, run.result())).toBeInstanceOf(ValueUnreadableError);
  expect(await world.until(run.describe())).toMatchObject({ status: "failed", recoveries: 0 });
});

it("58. a parent fails at once when the output of its child cannot be read", async () => {
  const child = workflow("child", {}, async (ctx: Context, _: undefined) => {
    await ctx.sleep("rest", "1m");
    return "the child's";
  });
  const parent = workflow("parent", {}, (ctx: Context, _: undefined) => ctx.run(child, undefined));
  let isDamaged = false;
  const world: World = await openWorld([parent, child], {
    fault: (_, action, body) => {
      const isNotice =
        action === "UpdateItem" && body.includes('"RUN#run"') && body.includes("#wakeSeq");
      if (isDamaged || !isNotice || !body.includes(":one")) return undefined;
      isDamaged = true;
      const key = { pk: "RUN#run~1~child", sk: "META" };
      return { others: () => replace(world, key, "output", DAMAGED), when: "before" };
    },
  });
  expect(await outcome(world, world.run(parent, undefined))).toBeInstanceOf(ValueUnreadableError);
  expect(isDamaged).toBe(true);
  expect(await world.until(world.savepoint.get("run").describe())).toMatchObject({
    status: "failed",
    recoveries: 0,
    failedOperation: "child",
  });
});
