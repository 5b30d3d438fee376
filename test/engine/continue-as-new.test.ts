import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { CancelledError, event, InvalidArgumentError, workflow } from "../../lambda/index.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const note = event<number>("note");
let world: World;
let keys: string[] = [];
afterEach(async () => {
  await world.end();
  keys = [];
});

interface Round {
  readonly round: number;
  readonly got: readonly number[];
}

/** Takes one event a round, four rounds long. */
const rounds = workflow("rounds", {}, async (ctx, { round, got }: Round) => {
  const drawn = ctx.uuid();
  await ctx.step("work", ({ idempotencyKey }) => void keys.push(`${idempotencyKey} ${drawn}`));
  const taken = await ctx.waitFor(note);
  if (round === 4) return [...got, taken];
  return ctx.continueAsNew({ round: round + 1, got: [...got, taken] });
});
const child = workflow("child", {}, async (ctx) => ctx.sleep("rest", "1h"));
const hasty = workflow("hasty", {}, async (ctx) => {
  void ctx.run(child, undefined).catch(() => undefined);
  await ctx.step("first", () => 1);
  return ctx.continueAsNew(undefined);
});
const go = event("go");
const letter = event(
  "letter",
  z.string().refine(() => new Promise((done) => void world.clock.after(500, () => done(true)))),
);
/** Begins the next round as soon as it may, though a branch of it is about to be given an event. */
const hurried = workflow("hurried", {}, async (ctx, { round }: { round: number }) => {
  const waiting = ctx.waitFor(letter);
  if (round === 2) return waiting;
  await ctx.waitFor(go);
  return ctx.continueAsNew({ round: 2 });
});
/** Goes on with the next round whatever has become of what it waited for. */
const persistent = workflow("persistent", {}, async (ctx, { round }: { round: number }) => {
  try {
    await ctx.waitFor(note);
  } catch {
    await ctx.step("note it", () => round);
  }
  return ctx.continueAsNew({ round: round + 1 });
});
const workflows = [rounds, child, hasty, hurried, persistent];

async function play(fault?: (n: number) => ProcessFault | undefined) {
  world = await World.create({ workflows, ...(fault && { fault }) });
  world.begin();
  const start = { round: 1, got: [] };
  const run = await world.until(world.savepoint.start(rounds, start, { id: "run" }));
  for (const n of [1, 2]) await world.until(run.send(note, n, { idempotencyKey: `${n}` }));
  await world.pass(40_000);
  // A copy of a message that an earlier round has taken.
  await world.until(run.send(note, 1, { idempotencyKey: "1" }));
  for (const n of [3, 4]) await world.until(run.send(note, n));
  return world.until(run.result());
}

describe("a run that continues as new", () => {
  it("begins each round with an empty history, and takes the events along", async () => {
    expect(await play()).toEqual([1, 2, 3, 4]);
    expect(new Set(keys).size).toBe(4);
    const meta = await world.until(world.store.readRun("run"));
    expect(meta).toMatchObject({ round: 4, generation: 3, status: "succeeded" });
    await expectSoundEnd(world);
  });

  it("is the same run to a start that is repeated", async () => {
    await play();
    const start = { round: 1, got: [] };
    const again = await world.until(world.savepoint.start(rounds, start, { id: "run" }));
    expect(await world.until(again.result())).toEqual([1, 2, 3, 4]);
  });

  it.each(["crash-before", "crash-after", "lost-reply", "throttle"] as const)(
    "comes to the same, whichever call goes wrong: %s",
    async (fault) => {
      await play();
      const { calls } = world;
      for (let n = 1; n <= calls; n += 1) {
        await world.end();
        expect(await play((call) => (call === n ? fault : undefined)), `call ${n}`).toEqual([
          1, 2, 3, 4,
        ]);
        await world.pass(3 * 60_000);
        await expectSoundEnd(world);
      }
    },
    120_000,
  );

  it("takes an event along that a branch was given and has not recorded", async () => {
    world = await World.create({ workflows });
    const run = await world.until(world.savepoint.start(hurried, { round: 1 }, { id: "run" }));
    await world.until(run.send(letter, "looked at for long"));
    await world.until(run.send(go, undefined));
    world.begin();
    expect(await world.until(run.result())).toBe("looked at for long");
    await expectSoundEnd(world);
  });

  it("can be cancelled in any round", async () => {
    world = await World.create({ workflows });
    world.begin();
    const start = { round: 1, got: [] };
    const run = await world.until(world.savepoint.start(rounds, start, { id: "run" }));
    await world.until(run.send(note, 1));
    await world.pass(5_000);
    await world.until(run.cancel());
    const error = await world.until(run.result().catch((reason: unknown) => reason));
    expect(error).toBeInstanceOf(CancelledError);
    await expectSoundEnd(world);
  });

  it("begins no round from the clean-up of a cancelled one: it ends there, with its history whole", async () => {
    world = await World.create({ workflows });
    world.begin();
    const run = await world.until(world.savepoint.start(persistent, { round: 1 }, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel());
    const error = await world.until(run.result().catch((reason: unknown) => reason));
    expect(error).toBeInstanceOf(CancelledError);
    const meta = await world.until(world.store.readRun("run"));
    expect(meta).toMatchObject({ round: 1, epoch: 2, status: "cancelled" });
    await expectSoundEnd(world);
  });

  it("is refused while a child is awaited", async () => {
    world = await World.create({ workflows });
    await expect(world.run(hasty, undefined)).rejects.toBeInstanceOf(InvalidArgumentError);
  });
});

it("is refused while a child is waited for that a branch has begun while the input was validated", async () => {
  const passing = z.number().refine(() => Promise.resolve(true));
  const flow = workflow("flow", { input: passing }, async (ctx, _: number): Promise<unknown> => {
    const first = ctx.step("first", () => 1);
    // Both go on from the same outcome: the branch asks for its child in the turn in which the schema is asked.
    const late = first.then(() => undefined).then(() => ctx.run(child, undefined));
    late.catch(() => undefined);
    await first;
    return ctx.continueAsNew(2);
  });
  world = await World.create({ workflows: [flow, child] });
  world.begin();
  const run = await world.until(world.savepoint.start(flow, 1, { id: "run" }));
  await expect(world.until(run.result())).rejects.toThrow(
    'asked to continue as new while it waits for the child run "child"',
  );
});
