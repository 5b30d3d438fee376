import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Context, event, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";
import {
  breakAgain,
  broken,
  failing,
  flow,
  log,
  mend,
  noise,
  note,
  parent,
  sound,
} from "./mendable.ts";
import { outcome } from "./outcome.ts";

let world: World;
beforeEach(breakAgain);
afterEach(async () => {
  await world.end();
});

const caught = workflow("caught", {}, async (ctx) => {
  await ctx.step("first", () => note("first"));
  try {
    return await ctx.step("work", () => failing("work"));
  } catch (error) {
    await ctx.sleepUntil("pause", 5);
    await ctx.step("report", () => note("report"));
    throw error;
  }
});
const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.step("first", () => note("first"));
  try {
    await ctx.sleep("long", "1h");
  } finally {
    await ctx.step("clean", () => note("clean"));
  }
  return ctx.step("end", () => note("end"));
});
const undone = workflow("undone", {}, async (ctx) => {
  await ctx.step("kept", () => note("kept"));
  for (const name of ["a", "b"]) {
    await ctx.step(name, { rollback: () => void note(`undo ${name}`) }, () => note(name));
  }
  return ctx.step("c", () => failing("c"));
});
const late = workflow("late", {}, async (ctx) => {
  await ctx.sleep("first", "10m");
  return ctx.run(sleeper, undefined);
});
const go = event("go");
const listener = workflow("listener", {}, async (ctx) => {
  await ctx.waitFor(go);
  await ctx.sleep("rest", "1m");
  await ctx.step("work", () => failing("work"));
  return ctx.waitFor(go);
});
let code = async (ctx: Context): Promise<unknown> => ctx.step("old", () => note("old"));
const changing = workflow("changing", {}, (ctx: Context, _: undefined) => code(ctx));
const workflows = [flow, caught, sleeper, undone, broken, parent, sound, late, listener, changing];

const open = async (options: Partial<WorldOptions> = {}) => {
  world = await World.create({ workflows, ...options });
  world.begin();
};
const ending = (promise: Promise<unknown>) => outcome(world, promise);

describe("resuming a run that failed", () => {
  it("keeps what had completed, asks again what failed, and goes on", async () => {
    await open();
    const run = await world.until(world.savepoint.start(flow, { times: 1 }, { id: "run" }));
    const startedAt = world.clock.now();
    expect(await ending(run.result())).toMatchObject({ message: "last is broken" });
    mend();
    await world.pass(3_600_000);
    await world.until(run.resume());
    const output = (await ending(run.result())) as { at: number; drawn: number };
    expect(output).toMatchObject({ first: "first", size: noise.length + 1, last: "last works" });
    expect(output.at - startedAt).toBeLessThan(1_801_000);
    expect(log).toEqual(["first", "big", "last", "last"]);
    expect(await world.until(run.describe())).not.toHaveProperty("error");
    await expectSoundEnd(world);
  });

  it("asks again what failed although the code had caught it and gone on", async () => {
    await open();
    const run = await world.until(world.savepoint.start(caught, undefined, { id: "run" }));
    expect(await ending(run.result())).toMatchObject({ message: "work is broken" });
    mend();
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("work works");
    expect(log).toEqual(["first", "work", "report", "work"]);
    await expectSoundEnd(world);
  });

  it("lets it fail again, and be resumed again", async () => {
    await open();
    const run = await world.until(world.savepoint.start(broken, undefined, { id: "run" }));
    await ending(run.result());
    await world.until(run.resume());
    expect(await ending(run.result())).toMatchObject({ message: "work is broken" });
    mend();
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("work works");
    expect(log).toEqual(["once", "work", "work", "work"]);
    await expectSoundEnd(world);
    await world.until(run.delete());
    expect(await world.until(world.savepoint.list())).toEqual({ runs: [] });
  });

  it("runs again what was undone, and what came after it", async () => {
    await open();
    const run = await world.until(world.savepoint.start(undone, undefined, { id: "run" }));
    await ending(run.result());
    expect(log.splice(0)).toEqual(["kept", "a", "b", "c", "undo b", "undo a"]);
    mend();
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("c works");
    expect(log).toEqual(["a", "b", "c"]);
    await expectSoundEnd(world);
  });

  it("resumes its failed child first, and takes the outcome of the one that succeeded", async () => {
    await open();
    const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
    expect(await ending(run.result())).toMatchObject({ message: "work is broken" });
    await world.pass(60_000);
    mend();
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("work works");
    expect([...log].sort()).toEqual(["once", "sound", "work", "work"]);
    await expectSoundEnd(world);
  });

  it("leaves taken messages taken, and those not taken for it to take", async () => {
    await open();
    const run = await world.until(world.savepoint.start(listener, undefined, { id: "run" }));
    await world.until(run.send(go, 1, { idempotencyKey: "one" }));
    await world.until(run.send(go, noise));
    await ending(run.result());
    mend();
    const resume = async () => {
      await run.resume();
      await run.send(go, 1, { idempotencyKey: "one" });
    };
    await world.until(resume());
    expect(await ending(run.result())).toBe(noise);
    await expectSoundEnd(world);
  });

  it("once, when two do it at once", async () => {
    await open();
    const run = await world.until(world.savepoint.start(broken, undefined, { id: "run" }));
    await ending(run.result());
    mend();
    await world.until(Promise.all([run.resume(), run.resume()]));
    expect(await ending(run.result())).toBe("work works");
    await world.until(run.resume());
    expect(log).toEqual(["once", "work", "work"]);
    await expectSoundEnd(world);
  });
});

describe("resuming a run that was cancelled", () => {
  it("goes on from where the request was delivered", async () => {
    await open();
    const run = await world.until(world.savepoint.start(sleeper, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel());
    await ending(run.result());
    expect(log.splice(0)).toEqual(["first", "clean"]);
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("end");
    expect(log).toEqual(["clean", "end"]);
    await expectSoundEnd(world);
  });

  it("resumes the child that was cancelled with it", async () => {
    await open();
    const run = await world.until(world.savepoint.start(late, undefined, { id: "run" }));
    await world.pass(700_000);
    await world.until(run.cancel());
    await ending(run.result());
    await world.pass(60_000);
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("end");
    expect(log).toEqual(["first", "clean", "clean", "end"]);
    await expectSoundEnd(world);
  });

  it("gives it its time again when that was over, the same each time, and to a fork of it", async () => {
    await open();
    const options = { id: "run", timeout: "10m" } as const;
    const run = await world.until(world.savepoint.start(sleeper, undefined, options));
    expect(await ending(run.result())).toMatchObject({ code: "run_timeout" });
    for (const idleMs of [0, 3_600_000]) {
      await world.pass(idleMs);
      await world.until(run.resume());
      const { deadline } = await world.until(run.describe());
      expect(deadline).toBe(world.clock.now() + 600_000);
      expect(await ending(run.result())).toMatchObject({ code: "run_timeout" });
    }
    const fork = await world.until(run.fork());
    const forked = await world.until(fork.describe());
    expect(forked.deadline).toBe(world.clock.now() + 600_000);
    expect(await ending(fork.result())).toMatchObject({ code: "run_timeout" });
    await expectSoundEnd(world);
  });

  it("goes on after a termination, whose children have been cancelled", async () => {
    await open();
    const run = await world.until(world.savepoint.start(late, undefined, { id: "run" }));
    await world.pass(700_000);
    await world.until(run.terminate());
    await world.pass(60_000);
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("end");
    await expectSoundEnd(world);
  });
});

it("a blocked run is tried again by the code it was blocked under", async () => {
  let hash = "one";
  await open({ code: () => hash });
  code = async (ctx) => {
    await ctx.step("old", () => note("old"));
    await ctx.sleep("rest", "1h");
  };
  const run = await world.until(world.savepoint.start(changing, undefined, { id: "run" }));
  await world.pass(60_000);
  code = async (ctx) => ctx.step("new", () => note("new"));
  hash = "two";
  await world.pass(2 * 3_600_000);
  expect(await world.until(run.status())).toBe("blocked");
  code = async (ctx) => {
    await ctx.step("old", () => note("old"));
    await ctx.sleep("rest", "1h");
    return "went on";
  };
  await world.until(run.resume());
  expect(await ending(run.result())).toBe("went on");
  expect(log).toEqual(["old"]);
  await expectSoundEnd(world);
});

it("a run that succeeded is left as it is", async () => {
  await open();
  const run = await world.until(world.savepoint.start(sound, undefined, { id: "run" }));
  await ending(run.result());
  const before = await world.until(world.store.readRun("run"));
  await world.until(run.resume());
  expect(await world.until(world.store.readRun("run"))).toEqual(before);
});

it("a run that was terminated before anybody took it up does what it was started for, resumed or forked", async () => {
  world = await World.create({ workflows });
  const run = await world.until(world.savepoint.start(sound, undefined, { id: "run" }));
  await world.until(run.terminate());
  expect(await world.until(run.status())).toBe("cancelled");
  const fork = await world.until(run.fork());
  await world.until(run.resume());
  world.begin();
  expect(await ending(run.result())).toBe("sound");
  expect(await ending(fork.result())).toBe("sound");
});
