import { afterEach, describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { historyOf } from "../../lambda/store/meta.ts";
import { World } from "../../lambda/testing/world.ts";
import { changeItem } from "./table-item.ts";

let world: World;
afterEach(() => world.end());

/**
 * Lets a run sleep, then do a step, then lose its worker; its replay finds that the timer was to
 * end `laterMs` after the step had ended, as when the clocks of two machines differ.
 */
async function replayAfterSleep(laterMs: number, run: (ctx: Context) => Promise<unknown>) {
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx));
  let finishes = 0;
  world = await World.create({
    workflows: [flow],
    fault: (_, action, body) => {
      const isFinish = action === "UpdateItem" && body.includes("#finishedAt");
      return isFinish && (finishes += 1) === 1 ? "crash-before" : undefined;
    },
  });
  world.begin();
  const handle = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(10_000);
  const meta = await world.until(world.store.readRun("run"));
  const pk = meta ? historyOf(meta) : "";
  const records = await world.until(world.store.loadHistory(pk));
  const after = records.find(({ key }) => key === "after");
  await changeItem(
    world,
    { pk, sk: "OP#nap" },
    {
      update: "SET u = :wakeAt",
      values: { ":wakeAt": { N: String((after?.endedAt ?? 0) + laterMs) } },
    },
  );
  return handle;
}

const sleepsFirst = async (ctx: Context) => {
  await ctx.sleep("nap", "1s");
  return ctx.step("after", () => "done");
};

describe("a timer whose recorded end lies after what the code did next", () => {
  it("is taken to have fired when the code waits for nothing else, and its time has come", async () => {
    const run = await replayAfterSleep(500, sleepsFirst);
    expect(await world.until(run.result())).toBe("done");
    expect((await world.until(run.describe())).epoch).toBe(2);
  });

  it("is not, while its time has yet to come", async () => {
    const run = await replayAfterSleep(3_600_000, sleepsFirst);
    await world.pass(120_000);
    expect((await world.until(run.describe())).status).toBe("blocked");
  });
});

describe("a timer that has fired by the clock of an owner before", () => {
  it("comes before a cancel that an owner whose clock is behind delivers", async () => {
    const seen: string[][] = [];
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const events: string[] = [];
      seen.push(events);
      try {
        await ctx.sleep("nap", "900ms");
        events.push("rested");
        await ctx.sleep("rest", "1h");
      } catch (error) {
        events.push("cancelled");
        throw error;
      }
    });
    let hasDied = false;
    world = await World.create({
      workflows: [flow],
      skewMs: (process) => (process === "worker-1" ? 500 : 0),
      fault: (_, action, body, { name }) => {
        const isPark = action === "UpdateItem" && body.includes("#status = :waiting");
        if (!isPark || name !== "worker-1" || hasDied) return undefined;
        hasDied = true;
        return "crash-after";
      },
    });
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(920);
    await world.until(run.cancel());
    const { status } = await world.until(run.wait({ timeout: "1h" }));
    expect({ status, seen }).toEqual({
      status: "cancelled",
      seen: [["rested"], ["rested", "cancelled"]],
    });
  });
});
