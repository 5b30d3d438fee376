import { afterEach, describe, expect, it } from "vitest";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
let log: string[] = [];
let isFixed = false;
afterEach(async () => {
  await world.end();
  log = [];
  isFixed = false;
});

const note = (what: string) => {
  log.push(what);
  return what;
};
const failing = (what: string) => {
  note(what);
  if (!isFixed) throw new TerminalError(`${what} is broken`);
  return `${what} works`;
};

const flow = workflow("flow", {}, async (ctx, { times }: { times: number }) => {
  const drawn = ctx.random();
  const first = await ctx.step("first", () => note("first".repeat(times)));
  await ctx.sleep("rest", "30m");
  const at = ctx.now();
  const big = await ctx.step("big", () => note("big") && "x".repeat(1).concat(noise));
  const last = await ctx.step("last", () => failing("last"));
  return { drawn, first, at, size: big.length, last };
});
/** Text that no compression makes fit an item. */
const noise = Array.from({ length: 120_000 }, (_, i) => ((i * 7_919) % 65_521).toString(36)).join(
  "",
);
const broken = workflow("broken", {}, async (ctx) => {
  await ctx.step("once", () => note("once"));
  return ctx.step("work", () => failing("work"));
});
const sound = workflow("sound", {}, async (ctx) => ctx.step("sound", () => note("sound")));
const parent = workflow("parent", {}, async (ctx) => {
  const [, child] = await Promise.all([
    ctx.run(sound, undefined),
    ctx.run(broken, undefined),
    ctx.sleep("short", "1s"),
  ]);
  return child;
});

const open = async () => {
  world = await World.create({ workflows: [flow, broken, sound, parent] });
  world.begin();
};
const ending = (promise: Promise<unknown>) =>
  world.until(
    promise.then(
      (value) => value,
      (error: unknown) => error,
    ),
  );

describe("forking a run", () => {
  it("begins with what had settled before an operation, and leaves the source as it is", async () => {
    await open();
    isFixed = true;
    const run = await world.until(world.savepoint.start(flow, { times: 1 }, { id: "run" }));
    const output = await ending(run.result());
    const before = await world.until(world.store.readRun("run"));
    const fork = await world.until(run.fork({ from: "last", id: "fork", input: { times: 2 } }));
    expect(fork.id).toBe("fork");
    expect(await ending(fork.result())).toEqual(output);
    expect(log).toEqual(["first", "big", "last", "last"]);
    expect(await world.until(fork.describe())).toMatchObject({
      input: { times: 2 },
      forkedFrom: { id: "run", incarnation: before?.incarnation, key: "last" },
    });
    expect(await world.until(world.store.readRun("run"))).toEqual(before);
    await world.until(run.delete());
    expect(await ending(fork.result())).toEqual(output);
    expect(await world.until(fork.history())).toHaveLength(4);
  });

  it("uses another input for what it asks anew, and draws the same chance", async () => {
    await open();
    isFixed = true;
    const run = await world.until(world.savepoint.start(flow, { times: 1 }, { id: "run" }));
    const { drawn } = (await ending(run.result())) as { drawn: number };
    const fork = await world.until(run.fork({ from: "first", input: { times: 2 } }));
    expect(await ending(fork.result())).toMatchObject({ first: "firstfirst", drawn });
    const refork = await world.until(fork.fork({ from: "big" }));
    expect(await ending(refork.result())).toMatchObject({ first: "firstfirst" });
    await expectSoundEnd(world);
  });

  it("of a fork keeps the chance and the records of both", async () => {
    await open();
    const run = await world.until(world.savepoint.start(flow, { times: 1 }, { id: "run" }));
    await ending(run.result());
    const fork = await world.until(run.fork());
    await ending(fork.result());
    isFixed = true;
    const second = await world.until(fork.fork({ id: "second" }));
    const output = (await ending(second.result())) as { drawn: number };
    await world.until(run.resume());
    expect(await ending(run.result())).toEqual(output);
    expect(log).toEqual(["first", "big", "last", "last", "last", "last"]);
    await expectSoundEnd(world);
  });

  it("from a timer that fired without a record sleeps again", async () => {
    await open();
    isFixed = true;
    const run = await world.until(world.savepoint.start(flow, { times: 1 }, { id: "run" }));
    await ending(run.result());
    const forkedAt = world.clock.now();
    const fork = await world.until(run.fork({ from: "rest" }));
    await ending(fork.result());
    expect(world.clock.now() - forkedAt).toBeGreaterThanOrEqual(1_800_000);
    expect(log).toEqual(["first", "big", "last", "big", "last"]);
    await expectSoundEnd(world);
  });

  it("asks its own children, and gives the same run when repeated with the same id", async () => {
    await open();
    const run = await world.until(world.savepoint.start(parent, undefined, { id: "run" }));
    await ending(run.result());
    isFixed = true;
    const fork = await world.until(run.fork({ id: "fork" }));
    expect(await ending(fork.result())).toBe("work works");
    const again = await world.until(run.fork({ id: "fork" }));
    expect(again.id).toBe("fork");
    expect(await world.until(world.savepoint.get("run~1~broken").status())).toBe("failed");
    await expect(world.until(run.fork({ id: "fork", from: "sound" }))).rejects.toMatchObject({
      code: "run_conflict",
    });
    await expectSoundEnd(world);
  });

  it("is refused for an operation that is not recorded", async () => {
    await open();
    const run = await world.until(world.savepoint.start(sound, undefined, { id: "run" }));
    await ending(run.result());
    await expect(world.until(run.fork({ from: "nothing" }))).rejects.toThrow(
      'run "run" has recorded no operation "nothing"',
    );
  });
});
