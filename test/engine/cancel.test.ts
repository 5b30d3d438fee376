import { afterEach, describe, expect, it } from "vitest";
import {
  CancelledError,
  event,
  RunTimeoutError,
  TerminalError,
  workflow,
} from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";
import { outcome } from "./outcome.ts";

let world: World;
let log: string[] = [];
afterEach(async () => {
  await world.end();
  log = [];
});

const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));

const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.step("first", () => log.push("first"));
  try {
    await ctx.sleep("long", "1h");
    await ctx.step("never", () => log.push("never"));
  } catch (error) {
    log.push((error as Error).name);
    throw error;
  } finally {
    await ctx.step("clean", () => log.push("clean"));
  }
});
const worker = workflow("worker", {}, async (ctx) =>
  ctx.step("work", async ({ signal }) => {
    signal.addEventListener("abort", () => log.push(`told ${String(signal.reason)}`));
    await rest(40_000);
    return "done";
  }),
);
const parent = workflow("parent", {}, async (ctx) => {
  await ctx.run(sleeper, undefined);
});
const stubborn = workflow("stubborn", {}, async (ctx) => {
  await ctx.sleep("long", "1h").catch(() => log.push("ignored"));
  return ctx.step("after", () => "went on");
});
const undone = workflow("undone", {}, async (ctx, { fails }: { fails: boolean }) => {
  for (const name of ["a", "b", "c"]) {
    await ctx.step(
      name,
      { rollback: (value: string) => void log.push(`undo ${value}`) },
      () => `did ${name}`,
    );
  }
  if (fails) throw new TerminalError("no");
  await ctx.sleep("long", "1h");
});
const slowlyUndone = workflow("slowly-undone", {}, async (ctx) => {
  const rollback = async () => {
    log.push("undoing");
    await rest(30_000);
    log.push("undone");
  };
  await ctx.step("book", { rollback }, () => "booked");
  throw new TerminalError("no");
});
const rested = workflow("rested", {}, async (ctx) => {
  await ctx.sleep("rest", "10m");
  await ctx.run(sleeper, undefined);
});
const workflows = [sleeper, worker, parent, stubborn, undone, rested, slowlyUndone];

const open = async (options: Partial<WorldOptions> = {}) => {
  world = await World.create({ workflows, ...options });
  world.begin();
};
const ending = (promise: Promise<unknown>) => outcome(world, promise);

describe("cancelling a run", () => {
  it("rejects what it waits for, lets it clean up, and ends it as cancelled", async () => {
    await open();
    const run = await world.until(world.savepoint.start(sleeper, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel({ reason: "changed my mind" }));
    const error = await ending(run.result());
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as Error).message).toContain("changed my mind");
    expect(log).toEqual(["first", "CancelledError", "clean"]);
    expect(await world.until(run.status())).toBe("cancelled");
    await expectSoundEnd(world);
  });

  it("ends it as cancelled although the code goes on as if nothing had happened", async () => {
    await open();
    const run = await world.until(world.savepoint.start(stubborn, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel());
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["ignored"]);
    await expectSoundEnd(world);
  });

  it("rejects what it waits for now, after a sleep of which no end is recorded", async () => {
    await open();
    const run = await world.until(world.savepoint.start(rested, undefined, { id: "run" }));
    await world.pass(15 * 60_000);
    await world.until(run.cancel());
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["first", "CancelledError", "clean"]);
    await expectSoundEnd(world);
  });

  it("tells a running step by its signal within a third of the lease and a second", async () => {
    await open();
    const run = await world.until(world.savepoint.start(worker, undefined, { id: "run" }));
    await world.pass(2_000);
    const askedAt = world.clock.now();
    await world.until(run.cancel());
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["told cancelled"]);
    expect(world.clock.now() - askedAt).toBeLessThan(12_000);
    await expectSoundEnd(world);
  });

  it("cancels the children it waits for", async () => {
    await open();
    const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel());
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    await world.pass(30_000);
    expect(await world.until(world.savepoint.get("run~1~sleeper").status())).toBe("cancelled");
    expect(log).toEqual(["first", "CancelledError", "clean"]);
    await expectSoundEnd(world);
  });

  it("rejects what it waits for after a sleep that left no record of its end", async () => {
    const waiter = workflow("waiter", {}, async (ctx) => {
      await ctx.sleep("before", "20s");
      try {
        await ctx.waitFor(event("never"));
      } catch (error) {
        await ctx.step("clean", () => log.push((error as Error).name));
      }
    });
    await open({ workflows: [waiter] });
    const run = await world.until(world.savepoint.start(waiter, undefined, { id: "run" }));
    await world.pass(30_000);
    await world.until(run.cancel());
    expect(await ending(run.result({ timeout: "5m" }))).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["CancelledError"]);
    await expectSoundEnd(world);
  });

  it("undoes what a run has done whose function has just returned", async () => {
    const quick = workflow("quick", {}, async (ctx) =>
      ctx.step("a", { rollback: () => void log.push("undo") }, () => log.push("did")),
    );
    let isAsked = false;
    await open({
      workflows: [quick],
      fault: (_, __, body) => {
        if (isAsked || !body.includes('"succeeded"')) return undefined;
        isAsked = true;
        return { when: "before", others: () => world.savepoint.get("run").cancel() };
      },
    });
    const run = await world.until(world.savepoint.start(quick, undefined, { id: "run" }));
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["did", "undo"]);
    await expectSoundEnd(world);
  });

  it("before its first claim runs none of its code", async () => {
    world = await World.create({ workflows });
    const run = await world.until(world.savepoint.start(sleeper, undefined, { id: "run" }));
    await world.until(run.cancel());
    world.begin();
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(log).toEqual([]);
  });

  it("that is paused wakes it up to be cancelled", async () => {
    await open();
    const run = await world.until(world.savepoint.start(sleeper, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.pause());
    await world.until(run.cancel());
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["first", "CancelledError", "clean"]);
    await expectSoundEnd(world);
  });
});

describe("a cancelled run's debts", () => {
  it("are paid although its worker died before it told the children, and replay ends its code", async () => {
    let isDead = false;
    await open({
      fault: (_, action, body) => {
        if (isDead || action !== "PutItem" || !body.includes('"OP#@cancel"')) return undefined;
        isDead = true;
        return "crash-after";
      },
    });
    const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel());
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(isDead).toBe(true);
    await world.pass(60_000);
    expect(await world.until(world.savepoint.get("run~1~sleeper").status())).toBe("cancelled");
    await expectSoundEnd(world);
  });

  it("are no reason to stop a rollback under way", async () => {
    await open();
    const run = await world.until(world.savepoint.start(slowlyUndone, undefined, { id: "run" }));
    await world.pass(5_000);
    const askedAt = world.clock.now();
    await world.until(run.cancel());
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["undoing", "undone"]);
    expect(world.clock.now() - askedAt).toBeLessThan(60_000);
    await expectSoundEnd(world);
  });
});

describe("terminating a run", () => {
  it("ends it at once, runs nothing, and cancels its children", async () => {
    await open();
    const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.terminate({ reason: "stuck" }));
    expect(await world.until(run.status())).toBe("cancelled");
    await world.pass(90_000);
    expect(await world.until(world.savepoint.get("run~1~sleeper").status())).toBe("cancelled");
  });
});

describe("the timeout of a run", () => {
  it("cancels it, and its result says so", async () => {
    await open();
    const run = await world.until(
      world.savepoint.start(sleeper, undefined, { id: "run", timeout: "2m" }),
    );
    const startedAt = world.clock.now();
    const error = await ending(run.result());
    expect(error).toBeInstanceOf(RunTimeoutError);
    // Whether there was anything to undo is not known here.
    expect(error).toHaveProperty(
      "message",
      "run run did not finish before its deadline and was cancelled",
    );
    expect(world.clock.now() - startedAt).toBeLessThan(125_000);
    expect(log).toEqual(["first", "CancelledError", "clean"]);
    await expectSoundEnd(world);
  });

  it("holds for its children", async () => {
    await open();
    const run = await world.until(
      world.savepoint.start(parent, undefined, { id: "run", timeout: "2m" }),
    );
    expect(await ending(run.result())).toBeInstanceOf(RunTimeoutError);
    await world.pass(60_000);
    expect(await world.until(world.savepoint.get("run~1~sleeper").status())).toBe("cancelled");
  });

  it("ends a paused run, too", async () => {
    await open();
    const run = await world.until(
      world.savepoint.start(sleeper, undefined, { id: "run", timeout: "2m" }),
    );
    await world.pass(5_000);
    await world.until(run.pause());
    expect(await ending(run.result())).toBeInstanceOf(RunTimeoutError);
    expect(log).toEqual(["first"]);
  });
});

describe("rollbacks", () => {
  it("undo the completed steps of a run that fails, last in first out", async () => {
    await open();
    const run = await world.until(world.savepoint.start(undone, { fails: true }, { id: "run" }));
    expect(await ending(run.result())).toBeInstanceOf(TerminalError);
    expect(log).toEqual(["undo did c", "undo did b", "undo did a"]);
    await expectSoundEnd(world);
  });

  it("undo them when the run is cancelled", async () => {
    await open();
    const run = await world.until(world.savepoint.start(undone, { fails: false }, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel());
    expect(await ending(run.result())).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["undo did c", "undo did b", "undo did a"]);
    await expectSoundEnd(world);
  });
});
