import { afterEach, beforeEach, expect, it } from "vitest";
import { event, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { breakAgain, failing, mend } from "./mendable.ts";
import { outcome } from "./outcome.ts";

const reserved = event<string>("reserved");
const refused = event<{ readonly error: unknown }>("refused");
let world: World;
let reservations: number;
beforeEach(() => {
  breakAgain();
  reservations = 0;
});
afterEach(() => world.end());

const receiver = workflow("receiver", {}, async (ctx) => {
  const all: string[] = [];
  for (;;) {
    const one = await ctx.waitFor(reserved, { timeout: "2h" });
    if (one === undefined) return all;
    all.push(one);
  }
});
/** Tells of a reservation that is undone when it fails. */
const sender = workflow("sender", {}, async (ctx, { isNumbered }: { isNumbered: boolean }) => {
  const id = await ctx.step<string>("reserve", { rollback: () => undefined }, () => {
    reservations += 1;
    return isNumbered ? `reservation ${reservations}` : "the only one";
  });
  await ctx.send("receiver", reserved, id);
  await ctx.step("pay", () => failing("pay"));
});

it.each([
  ["another one by now, arrives, too", true, ["reservation 1", "reservation 2"]],
  ["the same, arrives once", false, ["the only one"]],
])("what a resumed run sends again whose value is %s", async (_, isNumbered, arrived) => {
  world = await World.create({ workflows: [receiver, sender] });
  world.begin();
  const target = await world.until(world.savepoint.start(receiver, undefined, { id: "receiver" }));
  const run = await world.until(world.savepoint.start(sender, { isNumbered }, { id: "run" }));
  await outcome(world, run.result());
  mend();
  await world.until(run.resume());
  await world.until(run.result());
  expect(reservations).toBe(2);
  expect(await world.until(target.result())).toEqual(arrived);
});

/** Tells another run of what it was cancelled for: an error whose stack is another one when it is replayed. */
const telling = workflow("telling", {}, async (ctx) => {
  try {
    await ctx.sleep("long", "1h");
  } catch (error) {
    await ctx.send("listener", refused, { error });
    throw error;
  }
});
const listener = workflow("listener", {}, async (ctx) => {
  let heard = 0;
  while (await ctx.waitFor(refused, { timeout: "10m" }).catch(() => false)) heard += 1;
  return heard;
});

it("an error arrives once, although the worker dies before it has recorded that it was sent", async () => {
  let isArmed = true;
  world = await World.create({
    workflows: [listener, telling],
    fault: (_n, action, body) => {
      const isHit = isArmed && action === "PutItem" && body.includes('"OP#refused');
      if (isHit) isArmed = false;
      return isHit ? "crash-before" : undefined;
    },
  });
  world.begin();
  const target = await world.until(world.savepoint.start(listener, undefined, { id: "listener" }));
  const run = await world.until(world.savepoint.start(telling, undefined, { id: "run" }));
  await world.pass(5_000);
  await world.until(run.cancel({ reason: "enough" }));
  await outcome(world, run.result());
  expect(isArmed).toBe(false);
  expect(await world.until(target.result())).toBe(1);
});
