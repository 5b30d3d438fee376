import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { event, MailboxFullError, ValidationError, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const approved = event("approved", z.object({ by: z.string() }));
const note = event<number>("note");

const approval = workflow("approval", {}, async (ctx) => {
  const { by } = await ctx.waitFor(approved);
  return ctx.step("publish", () => `published by ${by}`);
});
const notes = workflow("notes", {}, async (ctx, { count }: { count: number }) => {
  const got: number[] = [];
  for (let n = 0; n < count; n += 1) got.push(await ctx.waitFor(note));
  return got;
});
const twoBranches = workflow("two-branches", {}, async (ctx) => {
  const [a, b] = await Promise.all([ctx.waitFor(note), ctx.waitFor(note)]);
  return [a, b];
});
const patient = workflow("patient", {}, async (ctx) => {
  const late = await ctx.waitFor(note, { timeout: "1m" });
  return late ?? "nothing came";
});
const busy = workflow("busy", {}, async (ctx) => {
  const works = async () => {
    for (let n = 0; n < 60; n += 1) {
      await ctx.step("work", () => new Promise<void>((done) => void world.clock.after(300, done)));
    }
  };
  const waits = async () => {
    await ctx.waitFor(note);
    takenAt ??= world.clock.now();
  };
  await Promise.all([waits(), works()]);
});
const workflows = [approval, notes, twoBranches, patient, busy];

let world: World;
let takenAt: number | undefined;
afterEach(() => world.end());

const open = async (options: Partial<WorldOptions> = {}) => {
  world = await World.create({ workflows, ...options });
  world.begin();
};

describe("an event sent into a run", () => {
  it("wakes the run that waits for it, and is given to it", async () => {
    await open();
    const run = await world.until(world.savepoint.start(approval, undefined, { id: "run" }));
    await world.pass(5_000);
    expect(await world.until(run.status())).toBe("waiting");
    await world.until(run.send(approved, { by: "ada" }));
    expect(await world.until(run.result())).toBe("published by ada");
    await expectSoundEnd(world);
  });

  it("is kept until the run asks for it, in the order of arrival", async () => {
    await open();
    const run = await world.until(world.savepoint.start(notes, { count: 3 }, { id: "run" }));
    for (const n of [1, 2, 3]) await world.until(run.send(note, n));
    expect(await world.until(run.result())).toEqual([1, 2, 3]);
    await expectSoundEnd(world);
  });

  it("is never taken by two waits", async () => {
    await open();
    const run = await world.until(world.savepoint.start(twoBranches, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.send(note, 1));
    await world.pass(60_000);
    expect(await world.until(run.status())).toBe("waiting");
    await world.until(run.send(note, 2));
    expect(await world.until(run.result())).toEqual([1, 2]);
    await expectSoundEnd(world);
  });

  it("arrives once when it is sent again under one idempotency key", async () => {
    await open();
    const run = await world.until(world.savepoint.start(notes, { count: 2 }, { id: "run" }));
    await world.pass(5_000);
    for (const n of [1, 1]) await world.until(run.send(note, n, { idempotencyKey: "first" }));
    await world.pass(5_000);
    await world.until(run.send(note, 1, { idempotencyKey: "first" }));
    await world.pass(5_000);
    expect(await world.until(run.status())).toBe("waiting");
    await world.until(run.send(note, 2));
    expect(await world.until(run.result())).toEqual([1, 2]);
  });

  it("reaches a wait beside a busy branch within seconds", async () => {
    await open();
    const run = await world.until(world.savepoint.start(busy, undefined, { id: "run" }));
    await world.pass(4_000);
    const sentAt = world.clock.now();
    await world.until(run.send(note, 1));
    await world.until(run.result());
    expect((takenAt ?? Number.NaN) - sentAt).toBeLessThan(2_000);
    await expectSoundEnd(world);
  });

  it("that does not fit the schema rejects the wait, whoever sent it", async () => {
    await open();
    const run = await world.until(world.savepoint.start(approval, undefined, { id: "run" }));
    const unchecked = event<{ by: number }>("approved");
    await expect(world.until(run.send(approved, { by: 7 } as never))).rejects.toBeInstanceOf(
      ValidationError,
    );
    await world.until(run.send(unchecked, { by: 7 }));
    await expect(world.until(run.result())).rejects.toBeInstanceOf(ValidationError);
  });

  it("may be large", async () => {
    await open();
    const large = event<string>("note");
    const run = await world.until(world.savepoint.start(notes, { count: 1 }, { id: "run" }));
    const text = Array.from({ length: 40_000 }, (_, n) => n * 7919).join(",");
    await world.until(run.send(large, text));
    expect(await world.until(run.result())).toEqual([text]);
  });

  it("is refused by a full mailbox, and not lost by one that was emptied", async () => {
    await open();
    const run = await world.until(world.savepoint.start(notes, { count: 150 }, { id: "run" }));
    await world.until(run.pause());
    await world.pass(5_000);
    for (let n = 0; n < 100; n += 1) await world.until(run.send(note, n));
    await expect(world.until(run.send(note, 100))).rejects.toBeInstanceOf(MailboxFullError);
    await world.until(run.resume());
    await world.pass(10_000);
    for (let n = 100; n < 150; n += 1) await world.until(run.send(note, n));
    expect(await world.until(run.result())).toEqual(Array.from({ length: 150 }, (_, n) => n));
    await expectSoundEnd(world);
  });
});

describe("waiting for an event with a timeout", () => {
  it("gives undefined once the time is over", async () => {
    await open();
    const run = await world.until(world.savepoint.start(patient, undefined, { id: "run" }));
    const startedAt = world.clock.now();
    expect(await world.until(run.result())).toBe("nothing came");
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(60_000);
    await expectSoundEnd(world);
  });

  it("gives what came in time", async () => {
    await open();
    const run = await world.until(world.savepoint.start(patient, undefined, { id: "run" }));
    await world.pass(50_000);
    await world.until(run.send(note, 5));
    expect(await world.until(run.result())).toBe(5);
    await expectSoundEnd(world);
  });
});
