import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Context, TerminalError, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { rowOf } from "../sim/rows.ts";
import { expectSoundEnd } from "./invariants.ts";
import { outcome } from "./outcome.ts";

let world: World;
let done: string[];
let isSlow: boolean;
beforeEach(() => {
  done = [];
  isSlow = true;
});
afterEach(() => world.end());

const ending = (promise: Promise<unknown>) => outcome(world, promise);
const doing = (what: string) => () => {
  done.push(what);
  return what;
};

/** Takes effect, and says so only when it is not slow. */
async function undo(): Promise<void> {
  done.push("undo hotel");
  if (isSlow) await new Promise<never>(() => undefined);
}

const booked = async (ctx: Context): Promise<unknown> => {
  await ctx.step("hotel", { rollback: undo }, doing("hotel"));
  await ctx.sleep("wait", "1h");
  return ctx.step("pay", doing("pay"));
};
let code = booked;
const trip = workflow("trip", {}, (ctx) => code(ctx));

async function cancelled(options: Partial<WorldOptions> = {}) {
  code = booked;
  world = await World.create({ workflows: [trip], ...options });
  world.begin();
  const run = await world.until(world.savepoint.start(trip, undefined, { id: "run" }));
  await world.pass(60_000);
  await world.until(run.cancel());
  return run;
}

describe("a run that is ended while a step is being undone", () => {
  it("does that step again when it is resumed", async () => {
    const run = await cancelled();
    await world.pass(5_000);
    expect(done).toEqual(["hotel", "undo hotel"]);
    await world.until(run.terminate());
    await world.pass(60_000);
    isSlow = false;
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("pay");
    expect(done).toEqual(["hotel", "undo hotel", "hotel", "pay"]);
    await expectSoundEnd(world);
  });

  it("does so, too, when the sweeper has ended it under code that did not fit", async () => {
    let hash = "one";
    const run = await cancelled({ code: () => hash });
    await world.pass(5_000);
    code = (ctx) => ctx.step("other", doing("other"));
    hash = "two";
    for (const process of world.processes) process.die();
    await world.pass(3 * 3_600_000);
    expect(await world.until(run.status())).toBe("cancelled");
    code = booked;
    hash = "three";
    isSlow = false;
    await world.until(run.resume());
    expect(await ending(run.result())).toBe("pay");
    expect(done).toEqual(["hotel", "undo hotel", "hotel", "pay"]);
  });
});

it.each(["crash-before", "crash-after", "lost-reply"] as const)(
  "a rollback is done, and the run ends, with a %s of the write that says that it begins",
  async (when) => {
    isSlow = false;
    let hits = 0;
    const run = await cancelled({
      fault: (_, action, body) =>
        rowOf(action, body) === "rollback begins" && (hits += 1) === 1 ? when : undefined,
    });
    expect(await ending(run.result())).toMatchObject({ code: "cancelled" });
    expect(hits).toBeGreaterThan(0);
    expect(done).toEqual(["hotel", "undo hotel"]);
    await expectSoundEnd(world);
  },
);

describe("a fork", () => {
  const booking = workflow("booking", {}, async (ctx, { fails }: { fails: boolean }) => {
    await ctx.step("reserve", { rollback: doing("undo reserve") }, doing("reserve"));
    await ctx.step("report", doing("report"));
    await ctx.step("invoice", { rollback: doing("undo invoice") }, doing("invoice"));
    await ctx.step("send", () => {
      if (fails) throw new TerminalError("no");
    });
  });

  it("that fails undoes what it has done itself, and not what its source has", async () => {
    world = await World.create({ workflows: [booking] });
    world.begin();
    const run = await world.until(world.savepoint.start(booking, { fails: false }, { id: "run" }));
    await ending(run.result());
    const input = { fails: true };
    const fork = await world.until(run.fork({ from: "report", input, id: "fork" }));
    await ending(fork.result());
    expect(done).toEqual(["reserve", "report", "invoice", "report", "invoice", "undo invoice"]);

    done = [];
    await world.until(fork.resume());
    await ending(fork.result());
    expect(done, "resumed").toEqual(["invoice", "undo invoice"]);

    done = [];
    const second = await world.until(fork.fork({ from: "send", id: "second" }));
    await ending(second.result());
    expect(done, "forked").not.toContain("undo reserve");
    await expectSoundEnd(world);
  });
});
