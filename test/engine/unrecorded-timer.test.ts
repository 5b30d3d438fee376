import { afterEach, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

it("a timer that its taker takes for an unrecorded one cannot be recorded by its former owner any more", async () => {
  const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));
  const flow = workflow("flow", {}, async (ctx: Context) => {
    const order: string[] = [];
    const first = ctx.sleep("timer", "5s").then(() => order.push("timer"));
    const second = ctx.step("work", () => rest(5_500)).then(() => order.push("work"));
    await Promise.all([first, second]);
    const noted = await ctx.step("note", () => [...order]);
    // Whoever goes on from here replays all of that.
    await ctx.sleep("rest", "10m");
    return { order, noted };
  });
  world = await World.create({
    workflows: [flow],
    fault: (_, action, body, process) => {
      if (action !== "PutItem" || process.name !== "worker-1" || !body.includes('"done"')) {
        return undefined;
      }
      // Settled first, and on its way until the run has another owner.
      if (body.includes('"OP#timer"')) return { pauseMs: 60_000 };
      return body.includes('"OP#work"') ? { freeze: "after", until: rest(90_000) } : undefined;
    },
  });
  const { order, noted } = await world.run(flow, undefined);
  expect(order).toEqual(noted);
  await expectSoundEnd(world);
});
