import { afterEach, describe, expect, it } from "vitest";
import { event, workflow } from "../../lambda/index.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";
import { sampled } from "./sample.ts";

const note = event<number>("note");
const MINUTE = 60_000;

interface Plan {
  /** Notes that the first round takes, and the second. */
  readonly first: number;
  readonly second: number;
  /** How long the second rests before it takes any, milliseconds, as often as it is said. */
  readonly rests: readonly number[];
  readonly got?: readonly number[];
}

/** Takes notes in a round, rests in the next, and takes others there. */
const reader = workflow("reader", {}, async (ctx, plan: Plan): Promise<unknown> => {
  const { got, first, second, rests } = plan;
  for (const ms of got ? rests : []) await ctx.sleep("rest", ms);
  const taken: number[] = [];
  while (taken.length < (got ? second : first)) taken.push(await ctx.waitFor(note));
  return got ? [...got, ...taken] : ctx.continueAsNew({ ...plan, got: taken });
});

let isMended = false;
/** Takes two notes in a round; in the next it takes one, stumbles over it until it is mended, and takes another. */
const stumbles = workflow("stumbles", {}, async (ctx, got: readonly number[]): Promise<unknown> => {
  const one = await ctx.waitFor(note);
  if (got.length > 0) {
    await ctx.step("trip", { retry: { attempts: 1 } }, () => {
      if (!isMended) throw new Error("tripped");
    });
  }
  const all = [...got, one, await ctx.waitFor(note)];
  return got.length > 0 ? all : ctx.continueAsNew(all);
});

let world: World;
afterEach(() => world.end());

const start = async (plan: Plan, options: Partial<WorldOptions> = {}) => {
  world = await World.create({ workflows: [reader], ...options });
  world.begin();
  const run = await world.until(world.savepoint.start(reader, plan, { id: "run" }));
  return {
    run,
    send: (n: number) => world.until(run.send(note, n, { idempotencyKey: `${n}` })),
  };
};
const metaOf = async () => {
  const meta = await world.until(world.store.readRun("run"));
  if (!meta) throw new Error("the run is gone");
  return meta;
};
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
/** The size of META as text, bytes: its attributes' names and values, and what JSON adds. */
const sizeOfMeta = async (): Promise<number> => {
  const Key = { pk: { S: "RUN#run" }, sk: { S: "META" } };
  const request = { TableName: TABLE_NAME, Key, ConsistentRead: true };
  return JSON.stringify(await world.dynamodb.call("GetItem", request)).length;
};

describe("what a round has taken", () => {
  it("makes META no larger than it may be, however much it is, and is forgotten when nobody can send it again", async () => {
    const count = 4 * LIMITS.spillAbove;
    const plan = { first: count, second: 0, rests: [10 * MINUTE, MINUTE] };
    const { run, send } = await start(plan);
    const before = await sizeOfMeta();
    for (const n of numbers(count)) await send(n);
    await world.pass(5_000);
    expect(await metaOf()).toMatchObject({ round: 2, status: "waiting" });
    expect(await sizeOfMeta()).toBeLessThan(before + 1_000);
    await world.pass(10 * MINUTE + 10_000);
    expect(await metaOf()).toMatchObject({ status: "waiting", past: [], pastPages: [] });
    expect(await world.until(run.result())).toEqual(numbers(count));
    await expectSoundEnd(world);
  });

  it("is forgotten as well when it is little", async () => {
    const { run, send } = await start({ first: 1, second: 0, rests: [10 * MINUTE, MINUTE] });
    await send(0);
    await world.pass(5_000);
    expect(await metaOf()).toMatchObject({ round: 2, past: [{}] });
    await world.pass(10 * MINUTE + 10_000);
    expect(await metaOf()).toMatchObject({ status: "waiting", past: [], pastPages: [] });
    expect(await world.until(run.result())).toEqual([0]);
  });

  it.each([0, LIMITS.spillAbove])(
    "is told from what the next round is to take, also if its copies are looked at late (above %i in pages)",
    async (spillAbove) => {
      const plan = { first: 5, second: 3, rests: [10 * MINUTE] };
      const { run, send } = await start(plan, { settings: { spillAbove } });
      for (const n of numbers(5)) await send(n);
      await world.pass(4 * MINUTE);
      expect(await metaOf()).toMatchObject({ round: 2, status: "waiting" });
      for (const n of numbers(8)) await send(n);
      await world.pass(7 * MINUTE);
      expect(await world.until(run.result())).toEqual(numbers(8));
      await expectSoundEnd(world);
    },
  );

  it("is counted from when it was taken, not from when it was sent", async () => {
    const { run, send } = await start({ first: 1, second: 1, rests: [] });
    await world.pass(5_000);
    await world.until(run.pause());
    await send(0);
    await world.pass(6 * MINUTE);
    await world.until(run.resume());
    await world.pass(30_000);
    expect(await metaOf()).toMatchObject({ round: 2 });
    await send(0);
    await send(1);
    expect(await world.until(run.result())).toEqual([0, 1]);
  });

  it("is what a run has had that has ended, though an earlier round took it", async () => {
    const plan = { first: 2, second: 1, rests: [] };
    const { run, send } = await start(plan, { settings: { spillAbove: 1 } });
    for (const n of numbers(3)) await send(n);
    await world.until(run.result());
    for (const n of numbers(3)) await send(n);
    await expect(send(3)).rejects.toMatchObject({ code: "run_conflict" });
  });

  it.each([0, LIMITS.spillAbove])(
    "is told from what a run takes that is resumed in the next (above %i in pages)",
    async (spillAbove) => {
      isMended = false;
      world = await World.create({ workflows: [stumbles], settings: { spillAbove } });
      world.begin();
      const run = await world.until(world.savepoint.start(stumbles, [], { id: "run" }));
      const send = (n: number) => world.until(run.send(note, n, { idempotencyKey: `${n}` }));
      for (const n of [0, 1]) await send(n);
      await world.pass(5_000);
      for (const n of [1, 2]) await send(n);
      await expect(world.until(run.result())).rejects.toThrow("tripped");
      isMended = true;
      await world.until(run.resume());
      for (const n of [0, 1, 2, 3]) await send(n);
      expect(await world.until(run.result())).toEqual([0, 1, 2, 3]);
      await expectSoundEnd(world);
    },
  );

  it.each(["crash-before", "crash-after", "lost-reply", "throttle"] as const)(
    "is taken once, whichever call goes wrong: %s",
    async (fault) => {
      const play = async (faultOf?: (n: number) => ProcessFault | undefined) => {
        const options = { settings: { spillAbove: 1 }, ...(faultOf && { fault: faultOf }) };
        const { run, send } = await start({ first: 3, second: 4, rests: [MINUTE] }, options);
        for (const n of numbers(3)) await send(n);
        await world.pass(10_000);
        for (const n of [...numbers(7), 3, 2]) await send(n);
        const got = await world.until(run.result());
        await world.pass(3 * MINUTE);
        await expectSoundEnd(world);
        return got;
      };
      expect(await play()).toEqual(numbers(7));
      const { calls } = world;
      for (const n of sampled(calls, 8)) {
        await world.end();
        const got = await play((call) => (call === n ? fault : undefined));
        expect(got, `call ${n} of ${calls}`).toEqual(numbers(7));
      }
    },
    120_000,
  );
});
