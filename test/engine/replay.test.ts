import { afterEach, describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectReplayGivesTheSame } from "./replay.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

/** Runs a workflow to its end, then replays it; the function is told which of the two it is. */
async function replayOf(run: (ctx: Context, isReplay: boolean) => Promise<unknown>) {
  let isReplay = false;
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx, isReplay));
  const world = await World.create({ workflows: [flow] });
  worlds.push(world);
  await world.run(flow, undefined).catch(() => undefined);
  const meta = await world.until(world.store.readRun("run"));
  if (!meta) throw new Error("the run is gone");
  isReplay = true;
  await world.until(expectReplayGivesTheSame(world, meta));
}

const one = () => 1;

describe("the replay of a finished history", () => {
  it("agrees with code that does the same again", async () => {
    const settles = replayOf(async (ctx) => {
      await ctx.sleep("rest", "1h");
      const settled = await Promise.allSettled([ctx.step("a", one), ctx.sleep("b", "2s")]);
      return settled.length;
    });
    await expect(settles).resolves.toBeUndefined();
    const fails = replayOf(async (ctx) => {
      await ctx.step("bad", { retry: { attempts: 1 } }, () => {
        throw new RangeError("always");
      });
    });
    await expect(fails).resolves.toBeUndefined();
  });

  it.each<[string, (ctx: Context, isReplay: boolean) => Promise<unknown>]>([
    [
      "asks in another order",
      (ctx, isReplay) =>
        isReplay
          ? Promise.all([ctx.step("b", one), ctx.step("a", one)])
          : Promise.all([ctx.step("a", one), ctx.step("b", one)]),
    ],
    [
      "asks for less",
      async (ctx, isReplay) => {
        await ctx.step("a", one);
        if (!isReplay) await ctx.step("b", one);
      },
    ],
    [
      "asks for a body that was never run",
      async (ctx, isReplay) => {
        await ctx.step("a", one);
        if (isReplay) await ctx.step("b", one);
      },
    ],
    [
      "sleeps where it did not",
      async (ctx, isReplay) => {
        await ctx.step("a", one);
        if (isReplay) await ctx.sleep("b", "1s");
      },
    ],
    ["comes to another output", async (_, isReplay) => isReplay],
    [
      "fails where it succeeded",
      async (ctx, isReplay) => {
        await ctx.step("a", one);
        if (isReplay) throw new Error("now it fails");
      },
    ],
  ])("differs from code that %s", async (_, run) => {
    await expect(replayOf(run)).rejects.toThrow(/run|no longer/);
  });
});
