import { afterEach, describe, expect, it } from "vitest";
import { event, workflow } from "../../lambda/index.ts";
import { sampled } from "./sample.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const approved = event<string>("approved");
let world: World;
let log: string[] = [];
afterEach(async () => {
  await world.end();
  log = [];
});

const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));

const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.sleep("long", "1h");
});
const approval = workflow("approval", {}, async (ctx) => {
  const { winner, value } = await ctx.race("decision", {
    approved: (branch) => branch.waitFor(approved),
    expired: async (branch) => branch.sleep("patience", "1h"),
  });
  await ctx.step("note", () => log.push(winner));
  return { winner, value };
});
const bodies = workflow("bodies", {}, async (ctx) => {
  const { winner } = await ctx.race("models", {
    fast: (branch) => branch.step("ask", () => rest(1_000)),
    slow: (branch) =>
      branch.step("ask", async ({ signal }) => {
        signal.addEventListener("abort", () => log.push(`told ${String(signal.reason)}`));
        await rest(20_000);
        log.push("finished");
      }),
  });
  await ctx.sleep("later", "1m");
  return winner;
});
const children = workflow("children", {}, async (ctx, _: undefined): Promise<unknown> => {
  const { winner } = await ctx.race("either", {
    quick: (branch) => branch.step("quick", () => 1),
    child: (branch) => branch.run(sleeper, undefined),
  });
  await ctx.sleep("later", "1m");
  return winner;
});
const failing = workflow("failing", {}, async (ctx) =>
  ctx.race("either", {
    bad: (branch) =>
      branch.step("bad", { retry: { attempts: 1 } }, () => {
        throw new RangeError("broken");
      }),
    slow: async (branch) => branch.sleep("slow", "1h"),
  }),
);
/** The loser's results are on their way when the winner ends. */
const close = workflow("close", {}, async (ctx, _: undefined): Promise<unknown> => {
  const seen: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { winner } = await ctx.race("close", {
      a: async (branch) => {
        await branch.step("one", () => rest(500));
        await branch.step("two", () => rest(500));
      },
      b: async (branch) => {
        await branch.step("one", () => rest(400));
        await branch.step("two", () => rest(600));
        await branch.step("three", () => rest(0));
      },
    });
    seen.push(winner);
  }
  return seen.length;
});
const workflows = [sleeper, approval, bodies, children, failing, close];

const open = async (options: Partial<WorldOptions> = {}) => {
  world = await World.create({ workflows, ...options });
  world.begin();
};

describe("a race", () => {
  it("gives the branch that ends first, and what it returned", async () => {
    await open();
    const run = await world.until(world.savepoint.start(approval, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.send(approved, "yes"));
    expect(await world.until(run.result())).toEqual({ winner: "approved", value: "yes" });
    expect(world.clock.now()).toBeLessThan(Date.UTC(2026, 0, 1) + 60_000);
    await expectSoundEnd(world);
  });

  it("tells the bodies of the others to stop, and lets the run go on without them", async () => {
    await open();
    expect(await world.run(bodies, undefined)).toBe("fast");
    expect(log).toEqual(["told cancelled", "finished"]);
    await expectSoundEnd(world);
  });

  it("cancels the children of the others", async () => {
    await open();
    expect(await world.run(children, undefined)).toBe("quick");
    await world.pass(30_000);
    const child = world.savepoint.get("run~1~either@child@sleeper");
    expect(await world.until(child.status())).toBe("cancelled");
    await expectSoundEnd(world);
  });

  it("fails with what the first branch to end has thrown", async () => {
    await open();
    await expect(world.run(failing, undefined)).rejects.toThrow(RangeError);
    await expectSoundEnd(world);
  });

  it.each(["crash-before", "crash-after", "lost-reply"] as const)(
    "ends the same, whichever call goes wrong: %s",
    async (fault) => {
      for (const flow of [close, children] as const) {
        world = await World.create({ workflows });
        const calm = await world.run(flow, undefined);
        const { calls } = world;
        for (const n of sampled(calls, 10)) {
          await world.end();
          world = await World.create({
            workflows,
            fault: (call) => (call === n ? fault : undefined),
          });
          expect(await world.run(flow, undefined), `call ${n}`).toEqual(calm);
          await world.pass(3 * 60_000);
          await expectSoundEnd(world);
        }
      }
    },
    120_000,
  );
});

describe("an outcome of a loser that is recorded late", () => {
  it("shows in no execution when it did not show in the one that saw the race decided", async () => {
    const seen: string[] = [];
    let hasCrashed = false;
    const flow = workflow("flow", {}, async (ctx) => {
      const { winner } = await ctx.race("race", {
        quick: (branch) => branch.step("quick", () => 1),
        slow: async (branch) => {
          await branch.step("slow", () => 2);
          seen.push(`slow went on in ${ctx.attempt}`);
        },
      });
      seen.push(`${winner} won in ${ctx.attempt}`);
      await ctx.sleep("rest", "5m");
    });
    world = await World.create({
      workflows: [flow],
      fault: (_, action, body) => {
        if (action !== "PutItem" || hasCrashed) return undefined;
        if (body.includes("OP#race/slow/slow")) return { lateMs: 100_000 };
        if (!body.includes('"OP#race"')) return undefined;
        hasCrashed = true;
        return "crash-after";
      },
    });
    await world.run(flow, undefined);
    expect(seen).toEqual(["quick won in 2", "quick won in 3"]);
    await expectSoundEnd(world);
  });
});
