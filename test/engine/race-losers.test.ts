import { afterEach, describe, expect, it } from "vitest";
import { type Context, event, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { rowOf } from "../sim/rows.ts";
import { expectSoundEnd } from "./invariants.ts";

const note = event<number>("note");
let world: World;
afterEach(() => world.end());

const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));
const BORN = Date.UTC(2026, 0, 1);

const sleeper = workflow("sleeper", {}, async (ctx) => ctx.sleep("long", "1h"));
const lose = (ctx: Context) =>
  ctx.race("either", {
    quick: async (branch) => branch.sleep("quick", "5s"),
    child: async (branch) => branch.run(sleeper, undefined),
  });
const parks = workflow("parks", {}, async (ctx) => {
  await lose(ctx);
  await ctx.sleep("later", "30m");
});
const works = workflow("works", {}, async (ctx) => {
  await lose(ctx);
  await ctx.step("long", () => rest(8 * 60_000));
});
const goesOn = workflow("goes-on", {}, async (ctx, round: number): Promise<void> => {
  if (round === 2) return ctx.sleep("later", "30m");
  await lose(ctx);
  return ctx.continueAsNew(2);
});
const hangs = workflow("hangs", {}, async (ctx) => {
  await lose(ctx);
  await new Promise(() => {});
});
const workflows = [sleeper, parks, works, goesOn, hangs];
const CHILD = "run~1~either@child@sleeper";

async function open(options: Partial<WorldOptions> = {}): Promise<void> {
  world = await World.create({ workflows, ...options });
  world.begin();
}

describe("a child of a branch that has lost its race is cancelled", () => {
  it.each([
    ["parks", parks],
    ["is in a long step", works],
    ["goes on in another round", goesOn],
    ["is ended by the engine", hangs],
  ])("within seconds when its parent %s", async (_, flow) => {
    await open();
    await world.until(world.savepoint.start(flow, 1, { id: "run" }));
    await world.pass(20_000);
    expect(await world.until(world.savepoint.get(CHILD).status())).toBe("cancelled");
  });

  it.each(["crash-before", "crash-after"] as const)(
    "whichever call of a parent that goes on in another round its worker dies at: %s",
    async (fault) => {
      await open();
      await world.until(world.savepoint.start(goesOn, 1, { id: "run" }));
      await world.pass(60_000);
      const { calls } = world;
      await world.end();
      for (let n = 1; n <= calls; n += 1) {
        await open({ fault: (call) => (call === n ? fault : undefined) });
        await world.until(world.savepoint.start(goesOn, 1, { id: "run" }));
        await world.pass(4 * 60_000);
        const { round } = (await world.until(world.store.readRun("run"))) ?? {};
        const { status } = (await world.until(world.store.readRun(CHILD))) ?? {};
        expect({ n, round, status }).toEqual({ n, round: 2, status: "cancelled" });
        await world.end();
      }
    },
    60_000,
  );
});

/** Keeps the record of the race from being written for that long after the run's start. */
const slowRace =
  (ms: number): NonNullable<WorldOptions["fault"]> =>
  (_, action, body) =>
    action === "PutItem" && body.includes('"OP#race"') && world.clock.now() < BORN + ms
      ? "throttle"
      : undefined;

describe("while a race is being recorded", () => {
  it("a message goes to nobody who has lost it, whatever becomes of the worker", async () => {
    const flow = workflow("flow", {}, async (ctx) => {
      const first: number[] = [];
      while (first.length < 20) first.push(await ctx.waitFor(note));
      const { winner } = await ctx.race("race", {
        quick: (branch) => branch.step("quick", () => rest(1_000)),
        other: async (branch) => branch.waitFor(note),
      });
      await ctx.step("long", () => rest(30_000));
      return { winner, last: await ctx.waitFor(note, { timeout: "5m" }) };
    });
    await open({ workflows: [flow], visibilitySeconds: 5, fault: slowRace(4_000) });
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    for (let n = 1; n <= 20; n += 1) await world.until(run.send(note, n));
    await world.pass(2_000);
    await world.until(run.send(note, 21));
    // Past a heartbeat, which trims what was taken.
    await world.pass(13_000);
    for (const process of world.processes) process.die();
    expect(await world.until(run.result())).toEqual({ winner: "quick", last: 21 });
    const history = await world.until(run.history());
    expect(history.find(({ key }) => key === "race/other/note")?.state).not.toBe("succeeded");
  });

  it("a body of a branch that has lost it is told at once, and what it still does is not recorded", async () => {
    const told: number[] = [];
    const undone: string[] = [];
    const flow = workflow("flow", {}, async (ctx) => {
      await ctx.race("race", {
        quick: (branch) =>
          branch.step("quick", { rollback: () => undone.push("quick") }, () => rest(1_000)),
        other: (branch) =>
          branch.step("book", { rollback: () => undone.push("book") }, ({ signal }) => {
            signal.addEventListener("abort", () => told.push(world.clock.now() - BORN));
            return rest(2_000);
          }),
      });
      throw new TypeError("in vain");
    });
    await open({ workflows: [flow], fault: slowRace(4_000) });
    await expect(world.run(flow, undefined)).rejects.toThrow(TypeError);
    expect(told).toEqual([expect.toSatisfy((ms: number) => ms < 2_000)]);
    expect(undone).toEqual(["quick"]);
    const history = await world.until(world.savepoint.get("run").history());
    expect(history.map(({ key }) => key)).not.toContain("race/other/book");
    await expectSoundEnd(world);
  });

  it("nothing of a branch that has lost it begins", async () => {
    const begun: string[] = [];
    const flow = workflow("flow", {}, async (ctx) => {
      await ctx.race("race", {
        quick: (branch) => branch.step("quick", () => rest(1_000)),
        other: async (branch) => {
          await rest(2_000);
          await branch.step("late", () => begun.push("late"));
        },
      });
      await ctx.step("end", () => begun.push("end"));
    });
    await open({ workflows: [flow], fault: slowRace(4_000) });
    await world.run(flow, undefined);
    expect(begun).toEqual(["end"]);
    await expectSoundEnd(world);
  });

  it.each([1, 4])(
    "a step of it that runs at most once does not, if it was only being marked then, for %i s",
    async (seconds) => {
      const begun: string[] = [];
      const flow = workflow("flow", {}, async (ctx) => {
        await ctx.race("race", {
          quick: (branch) => branch.step("quick", () => rest(200)),
          other: (branch) => branch.step("pay", { atMostOnce: true }, () => begun.push("pay")),
        });
        await ctx.step("end", () => rest(6_000));
      });
      const slow = slowRace(2_000);
      await open({
        workflows: [flow],
        fault: (n, action, body, process) =>
          body.includes("OP#race/other/pay") && world.clock.now() < BORN + seconds * 1_000
            ? "throttle"
            : slow(n, action, body, process),
      });
      await world.run(flow, undefined);
      expect(begun).toEqual([]);
      await expectSoundEnd(world);
    },
  );

  it("what is asked for in a branch that has lost it is fenced once by a taker, and not held against it", async () => {
    const flow = workflow("flow", {}, async (ctx) => {
      await ctx.race("race", {
        quick: (branch) => branch.step("quick", () => 1),
        other: async (branch) => {
          for (let late = 0; late < 5; late += 1) {
            await rest(500);
            void branch.step("late", () => late);
          }
        },
      });
      return "done";
    });
    let hasCrashed = false;
    let takenOverAt = Number.POSITIVE_INFINITY;
    let marks = 0;
    await open({
      workflows: [flow],
      fault: (_, action, body) => {
        if (action === "UpdateItem" && body.includes('"OP#race/other/late"')) marks += 1;
        if (action !== "PutItem" || !body.includes('"OP#race"')) return undefined;
        if (hasCrashed) {
          takenOverAt = Math.min(takenOverAt, world.clock.now());
          return world.clock.now() < takenOverAt + 4_000 ? "throttle" : undefined;
        }
        hasCrashed = true;
        return "crash-before";
      },
    });
    expect(await world.run(flow, undefined)).toBe("done");
    expect(marks).toBe(1);
    await expectSoundEnd(world);
  });
});

describe("a child that was told that its branch has lost", () => {
  const again = workflow("again", {}, async (ctx) => {
    await lose(ctx);
    for (let n = 0; n < 5; n += 1) await ctx.sleep("later", "20m");
  });

  /** A run that wakes five times after its race, with a worker's calls about the child counted. */
  async function lost(options: Partial<WorldOptions> = {}) {
    let calls = 0;
    world = await World.create({
      workflows: [sleeper, again],
      watch: ({ process, body }) => {
        if (process.startsWith("worker") && body.includes(CHILD)) calls += 1;
      },
      ...options,
    });
    world.begin();
    const run = await world.until(world.savepoint.start(again, undefined, { id: "run" }));
    await world.pass(10 * 60_000);
    return { run, child: world.savepoint.get(CHILD), calls: () => calls };
  }

  it("is not told again by each later owner", async () => {
    const { child, calls } = await lost();
    expect(await world.until(child.status())).toBe("cancelled");
    const before = calls();
    await world.pass(60 * 60_000);
    expect(calls()).toBe(before);
  });

  it("goes on when somebody resumes it", async () => {
    const { child } = await lost();
    await world.until(child.resume());
    await world.pass(70 * 60_000);
    expect(await world.until(child.status())).toBe("succeeded");
  });

  it("can be deleted while its parent goes on, which ends as if nothing had been", async () => {
    const { run, child } = await lost();
    await world.until(child.delete());
    await world.until(run.result());
    await expect(world.until(child.status())).rejects.toThrow(/no run/);
  });

  it.each(["crash-before", "crash-after", "lost-reply"] as const)(
    "is told all the same after a %s of the note of that",
    async (fault) => {
      let hits = 0;
      const { run, child } = await lost({
        fault: (_, action, body) =>
          rowOf(action, body) === "loser told" && (hits += 1) === 1 ? fault : undefined,
      });
      await world.until(run.result());
      expect(hits).toBeGreaterThan(0);
      expect(await world.until(child.status())).toBe("cancelled");
      await expectSoundEnd(world);
    },
  );
});
