import { afterEach, describe, expect, it } from "vitest";
import { event, workflow } from "../../lambda/index.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const note = event<number | string>("note");
const go = event("go");

/** Takes notes once it is told to, and rests after every tenth. */
const reader = workflow("reader", {}, async (ctx, { count }: { count: number }) => {
  await ctx.waitFor(go);
  const got: unknown[] = [];
  while (got.length < count) {
    got.push(await ctx.waitFor(note));
    if (got.length % 10 === 0) await ctx.sleep("rest", "1m");
  }
  return got;
});

interface Round {
  readonly got: readonly unknown[];
  readonly count: number;
}

/** Is given a token's value and a few notes in each round, between which it rests. */
const rounds = workflow("rounds", {}, async (ctx, { got, count }: Round) => {
  if (got.length === 0) await ctx.waitFor(go);
  const taken: unknown[] = [await ctx.waitFor(note)];
  await ctx.sleep("rest", "5s");
  taken.push(await ctx.waitFor(note), await ctx.waitFor(note));
  const all = [...got, ...taken];
  return all.length >= count ? all : ctx.continueAsNew({ got: all, count });
});

/** Waits for an answer to its token while notes come. */
const asks = workflow("asks", {}, async (ctx) => {
  const question = await ctx.token("question");
  await ctx.step("ask", () => void (asked = question.token));
  await ctx.waitFor(go);
  const answer = await question.result();
  return [answer, await ctx.waitFor(note)];
});

/** Fails after its first note, until it is mended. */
const stumbles = workflow("stumbles", {}, async (ctx) => {
  await ctx.waitFor(go);
  const first = await ctx.waitFor(note);
  await ctx.step("trip", { retry: { attempts: 1 } }, () => {
    if (!isMended) throw new Error("tripped");
  });
  return [first, await ctx.waitFor(note), await ctx.waitFor(note)];
});

let world: World;
let isMended = false;
let asked = "";
afterEach(() => world.end());

const open = async (options: Partial<WorldOptions> = {}) => {
  world = await World.create({ workflows: [reader, rounds, asks, stumbles], ...options });
  world.begin();
};
const metaOf = async () => {
  const meta = await world.until(world.store.readRun("run"));
  if (!meta) throw new Error("the run is gone");
  return meta;
};
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("a run that is sent more than it reads", () => {
  it("keeps hundreds of events in order, and META small", async () => {
    await open();
    const count = 230;
    const run = await world.until(world.savepoint.start(reader, { count }, { id: "run" }));
    let longest = 0;
    for (const n of numbers(count)) {
      await world.until(run.send(note, n));
      await world.pass(50);
      longest = Math.max(longest, (await metaOf()).box.length);
    }
    expect(longest).toBeLessThanOrEqual(LIMITS.spillAbove + 1);
    const { spilled } = await metaOf();
    expect(spilled.length).toBeGreaterThan(0);
    expect(spilled.length).toBeLessThanOrEqual(3);
    await world.until(run.send(go, undefined));
    expect(await world.until(run.result())).toEqual(numbers(count));
    expect((await metaOf()).spilled).toEqual([]);
    await expectSoundEnd(world);
  });

  it("makes room while it works, so that senders are refused for a moment only", async () => {
    await open();
    const count = 150;
    const run = await world.until(world.savepoint.start(reader, { count }, { id: "run" }));
    await world.until(run.pause());
    await world.pass(5_000);
    for (const n of numbers(LIMITS.mailboxMax)) await world.until(run.send(note, n));
    await world.until(run.resume());
    await world.pass(10_000);
    expect(await metaOf()).toMatchObject({ box: [], spilled: [{}] });
    for (const n of numbers(50)) await world.until(run.send(note, LIMITS.mailboxMax + n));
    await world.until(run.send(go, undefined));
    expect(await world.until(run.result())).toEqual(numbers(count));
    await expectSoundEnd(world);
  });

  it("takes an event once that was sent again after the first had left META", async () => {
    await open({ settings: { spillAbove: 2 } });
    const run = await world.until(world.savepoint.start(reader, { count: 5 }, { id: "run" }));
    for (const n of [0, 1, 2]) {
      await world.until(run.send(note, n, { idempotencyKey: `${n}` }));
      await world.pass(1_000);
    }
    expect(await metaOf()).toMatchObject({ box: [], spilled: [{}] });
    await world.until(run.send(note, 1, { idempotencyKey: "1" }));
    for (const n of [3, 4]) await world.until(run.send(note, n));
    await world.until(run.send(go, undefined));
    expect(await world.until(run.result())).toEqual([0, 1, 2, 3, 4]);
    await expectSoundEnd(world);
  });

  it("that has ended says of an event that it has, though nobody took it", async () => {
    await open({ settings: { spillAbove: 2 } });
    const run = await world.until(world.savepoint.start(reader, { count: 1 }, { id: "run" }));
    for (const n of [0, 1, 2]) await world.until(run.send(note, n, { idempotencyKey: `${n}` }));
    await world.pass(1_000);
    await world.until(run.send(go, undefined));
    await world.until(run.result());
    await world.until(run.send(note, 2, { idempotencyKey: "2" }));
    await expect(world.until(run.send(note, 3, { idempotencyKey: "3" }))).rejects.toMatchObject({
      code: "run_conflict",
    });
  });

  it("reads on where it was when it is resumed after a failure", async () => {
    await open({ settings: { spillAbove: 2 } });
    isMended = false;
    const run = await world.until(world.savepoint.start(stumbles, undefined, { id: "run" }));
    for (const n of [0, 1, 2]) await world.until(run.send(note, n));
    await world.pass(1_000);
    await world.until(run.send(go, undefined));
    await expect(world.until(run.result())).rejects.toThrow("tripped");
    expect((await metaOf()).spilled).toHaveLength(1);
    isMended = true;
    await world.until(run.resume());
    expect(await world.until(run.result())).toEqual([0, 1, 2]);
    await expectSoundEnd(world);
  });

  it("is given what completed its token, and says so to a completion that is repeated", async () => {
    await open({ settings: { spillAbove: 2 } });
    const run = await world.until(world.savepoint.start(asks, undefined, { id: "run" }));
    await world.pass(2_000);
    const complete = (idempotencyKey: string) =>
      world.until(world.savepoint.completeToken(asked, "yes", { idempotencyKey }));
    await complete("mine");
    for (const n of [0, 1]) await world.until(run.send(note, n));
    await world.pass(1_000);
    expect(await metaOf()).toMatchObject({ box: [], spilled: [{}] });
    await complete("mine");
    await expect(complete("another's")).rejects.toMatchObject({ code: "token_invalid" });
    await world.until(run.send(go, undefined));
    expect(await world.until(run.result())).toEqual(["yes", 0]);
    await expectSoundEnd(world);
  });
});

/** A large note, and copies of others, among more notes than META is to hold; then what is waited for. */
async function playRounds(fault?: (n: number) => ProcessFault | undefined) {
  await open({ settings: { spillAbove: 2 }, ...(fault && { fault }) });
  const start = { got: [], count: 9 };
  const run = await world.until(world.savepoint.start(rounds, start, { id: "run" }));
  for (const n of numbers(9)) {
    const value = n === 4 ? "4".repeat(2_000) : n;
    for (let copy = 0; copy <= n % 2; copy += 1) {
      await world.until(run.send(note, value, { idempotencyKey: `${n}` }));
    }
    if (n % 3 === 0) await world.pass(2_000);
  }
  await world.until(run.send(go, undefined));
  const got = await world.until(run.result());
  await world.pass(3 * 60_000);
  await expectSoundEnd(world);
  return got;
}
const IN_ORDER = [0, 1, 2, 3, "4".repeat(2_000), 5, 6, 7, 8];

describe("events that have left META", () => {
  it("go along into the rounds that follow, as far as they are not taken", async () => {
    expect(await playRounds()).toEqual(IN_ORDER);
    expect(await metaOf()).toMatchObject({ round: 3, box: [], spilled: [{}] });
  });

  it.each(["crash-before", "crash-after", "lost-reply", "throttle"] as const)(
    "are taken once and in order, whichever call goes wrong: %s",
    async (fault) => {
      await playRounds();
      const { calls } = world;
      for (let n = 1; n <= calls; n += 1) {
        await world.end();
        const got = await playRounds((call) => (call === n ? fault : undefined));
        expect(got, `call ${n} of ${calls}`).toEqual(IN_ORDER);
      }
    },
    120_000,
  );
});
