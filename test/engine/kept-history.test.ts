import { afterEach, expect, it } from "vitest";
import * as z from "zod";
import { type Context, event, TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

let world: World;
afterEach(() => world.end());
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Lets days pass, and what has expired go. */
async function leap(days: number): Promise<void> {
  await world.leap(days * DAY);
  await world.dynamodb.expire();
  await world.pass(20 * MINUTE);
}

it("a run that has lived for a year is resumed within 30 days of its end without doing anything again", async () => {
  const done: string[] = [];
  let isMended = false;
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    await ctx.step("pay", () => void done.push("pay"));
    await ctx.sleep("long", "380d");
    await ctx.step("last", () => {
      if (!isMended) throw new TerminalError("no");
      done.push("last");
    });
  });
  world = await World.create({ workflows: [flow] });
  world.begin();
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(1_000);
  await leap(380);
  expect(await world.until(run.status())).toBe("failed");
  await leap(29);
  isMended = true;
  await world.until(run.resume());
  await world.until(run.result());
  expect(done).toEqual(["pay", "last"]);
});

it("a run that has cleaned up long after its deadline is resumed without doing anything again", async () => {
  const done: string[] = [];
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    await ctx.step("pay", () => void done.push("pay"));
    try {
      await ctx.sleep("long", "25h");
    } finally {
      await ctx.sleep("cool down", "10d");
    }
  });
  world = await World.create({ workflows: [flow] });
  world.begin();
  const run = await world.until(
    world.savepoint.start(flow, undefined, { id: "run", timeout: "24h" }),
  );
  await world.pass(1_000);
  await leap(1);
  await leap(10);
  expect(await world.until(run.status())).toBe("cancelled");
  await leap(28);
  await world.until(run.resume());
  await world.pass(1_000);
  expect(done).toEqual(["pay"]);
});

it("a run whose history has expired is neither resumed nor forked: it would do everything again", async () => {
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    await ctx.sleep("long", "380d");
  });
  world = await World.create({ workflows: [flow] });
  world.begin();
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(1_000);
  await leap(375);
  await world.until(run.terminate());
  await leap(25);
  expect(await world.until(run.status())).toBe("cancelled");
  await expect(world.until(run.resume())).rejects.toThrow(/lost its history.*start a new run/);
  await expect(world.until(run.fork())).rejects.toThrow(/lost its history/);
});

it("what a wait has taken in a later round than it was sent in lives as long as its record", async () => {
  // Too large for an item, and not to be deflated.
  const large = Array.from({ length: 2_000 }, (_, index) =>
    ((index * 2_654_435_761) % 4_294_967_291).toString(36),
  ).join("");
  const note = event(
    "note",
    z.string().transform((text) => text.length),
  );
  let isMended = false;
  const flow = workflow("flow", {}, async (ctx: Context, { round }: { round: number }) => {
    if (round === 1) {
      await ctx.waitFor(event("go"));
      return ctx.continueAsNew({ round: 2 });
    }
    const length = await ctx.waitFor(note);
    await ctx.sleep("long", "500d");
    await ctx.step("last", () => {
      if (!isMended) throw new TerminalError("no");
    });
    return length;
  });
  world = await World.create({ workflows: [flow] });
  world.begin();
  const run = await world.until(world.savepoint.start(flow, { round: 1 }, { id: "run" }));
  await world.until(run.send(note, large));
  await world.pass(1_000);
  await world.until(run.send(event("go"), undefined));
  await world.pass(1_000);
  for (const days of [380, 9, 111]) await leap(days);
  expect(await world.until(run.status())).toBe("failed");
  isMended = true;
  await world.until(run.resume());
  expect(await world.until(run.result())).toBe(large.length);
});

it("a round that makes progress is not failed for making none, however late the heartbeats of the one before", async () => {
  const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));
  const flow = workflow("flow", {}, async (ctx: Context, { round }: { round: number }) => {
    if (round === 1) {
      for (let step = 0; step < 25; step += 1) await ctx.step(`quick ${step}`, () => step);
      return ctx.continueAsNew({ round: 2 });
    }
    for (let step = 0; step < 20; step += 1) await ctx.step(`long ${step}`, () => rest(20_000));
    return "done";
  });
  world = await World.create({
    workflows: [flow],
    invocationMs: 40_000,
    travelMs: () => 5,
    fault: (_, action, body) =>
      action === "UpdateItem" && body.includes("#round = #round + :one")
        ? { pauseMs: 11_000 }
        : undefined,
  });
  world.begin();
  const run = await world.until(world.savepoint.start(flow, { round: 1 }, { id: "run" }));
  expect(await world.until(run.result())).toBe("done");
});
