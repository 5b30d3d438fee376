import { afterEach, expect, it } from "vitest";
import { RunConflictError, TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { outcome } from "./outcome.ts";

let world: World;
afterEach(() => world.end());

/** A run whose child got a reservation that was undone, and that was resumed, so that it gives another now. */
async function resumed() {
  let reserved = 0;
  let isBroken = true;
  const room = workflow("room", {}, async (_, input: { reservation: number }) => input.reservation);
  const stay = workflow("stay", {}, async (ctx) => {
    const reservation = await ctx.step(
      "reserve",
      { rollback: () => undefined },
      () => (reserved += 1),
    );
    const got = await ctx.run(room, { reservation });
    await ctx.step("pay", () => {
      if (isBroken) throw new TerminalError("no money");
    });
    return got;
  });
  world = await World.create({ workflows: [stay, room] });
  world.begin();
  const run = await world.until(world.savepoint.start(stay, undefined, { id: "run" }));
  await outcome(world, run.result());
  isBroken = false;
  await world.until(run.resume());
  return run;
}

it("a resumed run that gives its child another input is told what to do, at each resume", async () => {
  const run = await resumed();
  for (let n = 0; n < 2; n += 1) {
    const error = await outcome(world, run.result());
    expect(error).toBeInstanceOf(RunConflictError);
    expect((error as Error).message).toMatch(
      /"run~1~room" exists with workflow "room" and another input; .* fork this run, or delete "run~1~room" and resume this run again/,
    );
    await world.until(run.resume());
  }
});

it.each([
  ["of its own", {}, "give it the input that it had"],
  ["with an id", { id: "shared" }, "choose another id"],
])(
  "a run that was never resumed is told what to do when it gives a run %s another input",
  async (_, options, remedy) => {
    const room = workflow("room", {}, async (_ctx, input: number) => input);
    const calls: number[] = [];
    const stay = workflow("stay", {}, async (ctx) => {
      await ctx.start(room, calls.push(1), { ...options, key: "first" });
      return ctx.start(room, calls.push(2), { ...options, key: "second" });
    });
    let isArmed = true;
    world = await World.create({
      workflows: [stay, room],
      fault: (_n, action, body) => {
        const isHit = isArmed && action === "PutItem" && body.includes('"RUN#run~1~first"');
        if (isHit) isArmed = false;
        return isHit ? "crash-after" : undefined;
      },
    });
    world.begin();
    const run = await world.until(world.savepoint.start(stay, undefined, { id: "run" }));
    const error = await outcome(world, run.result());
    expect(error).toBeInstanceOf(RunConflictError);
    expect((error as Error).message).toContain(remedy);
    expect((error as Error).message).not.toContain("resumed");
  },
);

it("goes on, as it is told, once the child is deleted", async () => {
  const run = await resumed();
  await outcome(world, run.result());
  await world.until(world.savepoint.get("run~1~room").delete());
  await world.until(run.resume());
  expect(await outcome(world, run.result())).toBeGreaterThan(1);
});

it("goes on, as it is told, in a fork", async () => {
  const run = await resumed();
  await outcome(world, run.result());
  const fork = await world.until(run.fork());
  expect(await outcome(world, fork.result())).toBeGreaterThan(1);
});
