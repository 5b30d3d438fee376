import { afterEach, describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

const rest = (ms: number) => new Promise<void>((done) => void world.clock.after(ms, done));

describe("a patch that is recorded late", () => {
  /** What the first owner records of the patch is late; whoever records "a" first dies after that. */
  const playLate = async (
    run: (ctx: Context, events: string[]) => Promise<unknown>,
    isFencedLate = false,
  ) => {
    const seen: string[][] = [];
    const flow = workflow("flow", {}, async (ctx) => {
      const events: string[] = [];
      seen.push(events);
      await run(ctx, events);
      await ctx.sleep("rest", "5m");
      return events;
    });
    let hasCrashed = false;
    world = await World.create({
      workflows: [flow],
      fault: (_, action, body) => {
        const isMark = action === "UpdateItem" && body.includes('"OP#@patch/change"');
        if (isMark && isFencedLate) return { pauseMs: 100_000 };
        if (action !== "PutItem") return undefined;
        if (body.includes('"S":"patch"') && body.includes('"e":{"N":"1"}')) {
          return { lateMs: 100_000 };
        }
        if (!body.includes("OP#a") || hasCrashed) return undefined;
        hasCrashed = true;
        return "crash-after";
      },
    });
    return { output: await world.run(flow, undefined), seen };
  };

  it("changes no answer that a taker has given", async () => {
    const { output, seen } = await playLate(async (ctx, events) => {
      const asks = async () => {
        await ctx.step("b", () => 1);
        events.push(`change: ${await ctx.patched("change")}`);
      };
      await Promise.all([ctx.step("a", () => rest(500)), asks()]);
    });
    expect(output).toEqual(["change: false"]);
    expect(seen).toEqual([[], output, output]);
    await expectSoundEnd(world);
  });

  it("is the answer of a taker that would have denied the patch, and finds the record as it fences it", async () => {
    const { output, seen } = await playLate(async (ctx, events) => {
      const asks = async () => {
        await ctx.step("b", () => 1);
        events.push(`change: ${await ctx.patched("change")}`);
      };
      await Promise.all([ctx.step("a", () => rest(500)), asks()]);
    }, true);
    expect(output).toEqual(["change: true"]);
    for (const events of seen) expect(events).toEqual(output.slice(0, events.length));
    await expectSoundEnd(world);
  });

  it("comes before all that is asked for beside it: a taker gives the answer that the code would have had", async () => {
    const { output, seen } = await playLate(async (ctx, events) => {
      const asks = async () => {
        events.push(`change: ${await ctx.patched("change")}`);
        await ctx.step("first", () => 1);
      };
      const works = async () => {
        // Asks in the same turn, but after an answer that is there at once.
        for (let ticks = 0; ticks < 50; ticks += 1) await Promise.resolve();
        await ctx.step("a", () => 1);
      };
      await Promise.all([asks(), works()]);
    });
    expect(output).toEqual(["change: true"]);
    for (const events of seen) expect(events).toEqual(output.slice(0, events.length));
    await expectSoundEnd(world);
  });
});

describe("what has settled when a patch is asked for", () => {
  /** The code is given "b" and asks; the place of "a" comes next, and its record is there already. */
  const play = async (dies: boolean) => {
    const seen: string[][] = [];
    let hasDied = false;
    const flow = workflow("flow", {}, async (ctx) => {
      const events: string[] = [];
      seen.push(events);
      const works = async () => {
        await ctx.step("a", () => rest(500));
        events.push("a");
      };
      const asks = async () => {
        await ctx.step("b", () => 1);
        events.push(`change: ${await ctx.patched("change")}`);
      };
      await Promise.all([works(), asks()]);
      await ctx.sleep("rest", "5m");
      return events;
    });
    world = await World.create({
      workflows: [flow],
      fault: (_, action, body) => {
        if (action !== "PutItem" || hasDied) return undefined;
        if (body.includes("OP#b")) return { pauseMs: 1_000 };
        if (!body.includes('"S":"patch"')) return undefined;
        if (dies) {
          world.clock.after(1_000, () => {
            hasDied = true;
            world.processes[0]?.die();
          });
        }
        return { pauseMs: 3_000 };
      },
    });
    return { output: await world.run(flow, undefined), seen };
  };

  it("is given to the code once the patch is recorded, in the order in which it became known", async () => {
    const { output, seen } = await play(false);
    expect(output).toEqual(["a", "change: true"]);
    expect(seen[0]).toEqual(output);
    await expectSoundEnd(world);
  });

  it("is not given when the worker dies first: a taker denies the patch, and gives it after that", async () => {
    const { output, seen } = await play(true);
    expect(output).toEqual(["change: false", "a"]);
    expect(seen.length).toBeGreaterThan(1);
    for (const events of seen) {
      expect(events).toEqual(["change: false", "a"].slice(0, events.length));
    }
    await expectSoundEnd(world);
  });
});
