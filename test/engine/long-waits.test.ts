import { afterEach, describe, expect, it } from "vitest";
import { type Context, event, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

const DAY = 24 * 3_600_000;
const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

describe("a wait longer than records are kept", () => {
  it("gives every record a new lease of life before the old one ends", async () => {
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const first = await ctx.step("first", () => "kept");
      const large = await ctx.step("large", () =>
        Array.from({ length: 60_000 }, (_, i) => (i * 2_654_435_761) % 4_294_967_291),
      );
      await ctx.sleep("long", "500d");
      return [first, large.length];
    });
    const world = await World.create({ workflows: [flow] });
    worlds.push(world);
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(1_000);
    const born = await world.until(world.store.readRun("run"));
    // Records live 395 days; a week before that the run is woken, and sleeps on.
    await world.leap(389 * DAY);
    await world.pass(5 * 60_000);
    const later = await world.until(world.store.readRun("run"));
    expect(later).toMatchObject({ status: "waiting", epoch: 2 });
    expect(later?.historyTtl).toBeGreaterThan((born?.historyTtl ?? 0) + 380 * 24 * 3_600);
    await world.dynamodb.expire();
    await world.leap(111 * DAY);
    await world.dynamodb.expire();
    await world.pass(20 * 60_000);
    expect(await world.until(run.result())).toEqual(["kept", 60_000]);
  });

  it("keeps the events that an earlier round was sent and did not read", async () => {
    const note = event<string>("note");
    const hermit = workflow("hermit", {}, async (ctx: Context, { round }: { round: number }) => {
      if (round === 1) {
        await ctx.waitFor(event("go"));
        return ctx.continueAsNew({ round: 2 });
      }
      await ctx.sleep("long", "500d");
      return [await ctx.waitFor(note), await ctx.waitFor(note)];
    });
    const world = await World.create({ workflows: [hermit], settings: { spillAbove: 1 } });
    worlds.push(world);
    world.begin();
    const run = await world.until(world.savepoint.start(hermit, { round: 1 }, { id: "run" }));
    const letters = ["small", "large".repeat(500)];
    for (const letter of letters) await world.until(run.send(note, letter));
    await world.pass(1_000);
    await world.until(run.send(event("go"), undefined));
    await world.pass(1_000);
    const meta = await world.until(world.store.readRun("run"));
    expect(meta).toMatchObject({ round: 2, box: [], spilled: [{}] });
    await world.leap(389 * DAY);
    await world.pass(5 * 60_000);
    await world.dynamodb.expire();
    await world.leap(111 * DAY);
    await world.dynamodb.expire();
    await world.pass(20 * 60_000);
    expect(await world.until(run.result())).toEqual(letters);
  });
});

describe("a run at rest for longer than records are kept", () => {
  let charged = 0;
  const child = workflow("child", {}, async (ctx: Context, _: undefined) => {
    await ctx.sleep("long", "1h");
    return ctx.step("charge", () => (charged += 1));
  });
  const parent = workflow("parent", {}, (ctx: Context, timeout?: "2h") =>
    ctx.run(child, undefined, timeout && { timeout }).catch(({ code }: { code: string }) => code),
  );
  const pausedFor = async (days: number, timeout?: "2h") => {
    charged = 0;
    const world = await World.create({ workflows: [child, parent] });
    worlds.push(world);
    world.begin();
    const run = await world.until(world.savepoint.start(parent, timeout, { id: "run" }));
    await world.pass(60_000);
    await world.until(run.pause());
    await world.pass(2 * 3_600_000);
    for (let day = 0; day < days; day += 5) {
      await world.leap(5 * DAY);
      await world.pass(2 * 60_000);
      await world.dynamodb.expire();
    }
    expect(await world.until(run.status())).toBe("paused");
    await world.until(run.resume());
    return world.until(run.result());
  };

  it("takes the outcome of a child that finished meanwhile, and does not start it again", async () => {
    expect(await pausedFor(45)).toBe(1);
    expect(charged).toBe(1);
  });

  it("fails rather than start a child again that may have finished and expired", async () => {
    expect(await pausedFor(45, "2h")).toBe("run_not_found");
    expect(charged).toBe(1);
  });

  it("is there yet after more than a year, with what it had recorded", async () => {
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const first = await ctx.step("first", () => "kept");
      await ctx.sleep("long", "1h");
      return first;
    });
    const world = await World.create({ workflows: [flow] });
    worlds.push(world);
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(1_000);
    await world.until(run.pause());
    for (const days of [389, 300, 89, 120]) {
      await world.leap(days * DAY);
      await world.pass(2 * 60_000);
      await world.dynamodb.expire();
      expect(await world.until(run.status()), `after ${days} more days`).toBe("paused");
    }
    await world.until(run.resume());
    expect(await world.until(run.result())).toBe("kept");
  });
});
