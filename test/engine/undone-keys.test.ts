import { afterEach, beforeEach, expect, it } from "vitest";
import { TerminalError, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";
import { outcome } from "./outcome.ts";

let world: World;
let isMended: boolean;
let keys: Record<string, string[]>;
beforeEach(() => {
  isMended = false;
  keys = {};
});
afterEach(() => world.end());

const used = (what: string) => (by: { idempotencyKey: string }) =>
  void (keys[what] ??= []).push(by.idempotencyKey);

const stubborn = () => {
  throw new TerminalError("it cannot be undone");
};

const trip = workflow("trip", {}, async (ctx) => {
  await ctx.step("book", { rollback: (_, by) => used("cancel")(by) }, used("book"));
  await ctx.step("insure", { rollback: stubborn }, used("insure"));
  await ctx.step("write", used("write"));
  await ctx.sleep("rest", "1m");
  await ctx.step("pay", { rollback: (_, by) => used("refund")(by) }, (by) => {
    used("pay")(by);
    if (!isMended) throw new TerminalError("no money");
  });
  return "paid";
});

/** Runs it until it has failed, then resumes it until it has ended. */
async function lives(times: number) {
  world = await World.create({ workflows: [trip] });
  world.begin();
  const run = await world.until(world.savepoint.start(trip, undefined, { id: "run" }));
  await outcome(world, run.result());
  for (let life = 2; life <= times; life += 1) {
    isMended = life === times;
    await world.until(run.resume());
    await outcome(world, run.result());
  }
  return run;
}
const distinct = (what: string) => new Set(keys[what]).size;

it("a step that was undone gets another idempotency key each time it is done again, and so does its rollback", async () => {
  const run = await lives(3);
  expect(await outcome(world, run.result())).toBe("paid");
  expect(keys["book"]).toHaveLength(3);
  expect(distinct("book")).toBe(3);
  expect(keys["cancel"]).toHaveLength(2);
  expect(distinct("cancel")).toBe(2);
  await expectSoundEnd(world);
});

it("a step that was not undone keeps its key: its rollback failed, it has none, or it never completed", async () => {
  await lives(3);
  expect(keys["insure"]).toHaveLength(3);
  expect(distinct("insure")).toBe(1);
  expect(keys["write"]).toHaveLength(3);
  expect(distinct("write")).toBe(1);
  expect(keys["pay"]).toHaveLength(3);
  expect(distinct("pay")).toBe(1);
});

it("what a run remembers of steps that were undone is not shown as something it was asked", async () => {
  const run = await lives(2);
  const shown = ["book", "insure", "write", "rest", "pay"];
  const history = await world.until(run.history());
  expect(history.map(({ key }) => key).sort()).toEqual([...shown].sort());
  const { operations } = await world.until(run.export());
  expect(operations.map(({ key }) => key).sort()).toEqual([...shown].sort());
});
