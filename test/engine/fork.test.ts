import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";
import { breakAgain, broken, flow, log, mend, parent, sound } from "./mendable.ts";
import { outcome } from "./outcome.ts";

let world: World;
beforeEach(breakAgain);
afterEach(async () => {
  await world.end();
});

const open = async () => {
  world = await World.create({ workflows: [flow, broken, sound, parent] });
  world.begin();
};
const ending = (promise: Promise<unknown>) => outcome(world, promise);

describe("forking a run", () => {
  it("begins with what had settled before an operation, and leaves the source as it is", async () => {
    await open();
    mend();
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
    mend();
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
    mend();
    const second = await world.until(fork.fork({ id: "second" }));
    const output = (await ending(second.result())) as { drawn: number };
    await world.until(run.resume());
    expect(await ending(run.result())).toEqual(output);
    expect(log).toEqual(["first", "big", "last", "last", "last", "last"]);
    await expectSoundEnd(world);
  });

  it("from a timer that fired without a record sleeps again", async () => {
    await open();
    mend();
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
    mend();
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
