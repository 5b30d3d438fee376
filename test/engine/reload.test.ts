import { afterEach, expect, it } from "vitest";
import { encodeValue } from "../../lambda/core/codec.ts";
import { historyOf } from "../../lambda/store/meta.ts";
import { type OperationRecord, NEW_OPERATION } from "../../lambda/store/operation.ts";
import { CancelledError, type Context, workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

/** Puts a settled record of step "b", as a former request of this claim that arrives late would. */
async function putRival(place: number): Promise<void> {
  const meta = await world.store.readRun("run");
  if (!meta) throw new Error("no run");
  const now = world.clock.now();
  const rival: OperationRecord = {
    ...NEW_OPERATION,
    key: "b",
    kind: "step",
    ordinal: 1,
    state: "done",
    epoch: meta.epoch,
    order: meta.epoch * 1_000_000 + place,
    attempt: 1,
    result: encodeValue("rival"),
    startedAt: now,
    endedAt: now,
    nonce: "rival",
  };
  await world.store.writeOperation(historyOf(meta), rival, meta.historyTtl, "settle");
}

it("a history is read again only when nothing is being written, and its places stay taken", async () => {
  const entered: string[] = [];
  const body = (name: string) => () => {
    entered.push(name);
    return name;
  };
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    const both = await Promise.all([ctx.step("a", body("a")), ctx.step("b", body("b"))]);
    return [...both, await ctx.step("c", body("c"))];
  });
  let rivals = 0;
  world = await World.create({
    workflows: [flow],
    fault: (_, action, text) => {
      if (action !== "PutItem") return undefined;
      // On its way while the other's is refused.
      if (text.includes('"OP#a"')) return { pauseMs: 5_000 };
      if (!text.includes('"OP#b"') || rivals > 0) return undefined;
      rivals += 1;
      void putRival(2);
      return { pauseMs: 10 };
    },
  });
  expect(await world.run(flow, undefined)).toEqual(["a", "rival", "c"]);
  await world.pass(60_000);
  expect(entered).toEqual(["a", "b", "c"]);
  await expectSoundEnd(world);
});

it("a cancel that was delivered keeps its reason when the history is read again", async () => {
  const reasons: unknown[] = [];
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    try {
      // The request comes while the run has an owner, whose claim does not know of it.
      await ctx.step("long", () => new Promise<void>((done) => world.clock.after(60_000, done)));
    } catch (error) {
      reasons.push(error instanceof CancelledError && error.details);
      await ctx.step("b", () => "b");
      throw error;
    }
  });
  let rivals = 0;
  world = await World.create({
    workflows: [flow],
    fault: (_, action, text) => {
      if (action !== "PutItem" || !text.includes('"OP#b"') || rivals > 0) return undefined;
      rivals += 1;
      void putRival(500);
      return { pauseMs: 10 };
    },
  });
  world.begin();
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(5_000);
  await world.until(run.cancel({ reason: "enough" }));
  await world.until(run.result().catch(() => undefined));
  expect(rivals).toBe(1);
  expect(reasons).toEqual([{ reason: "enough" }, { reason: "enough" }]);
  await expectSoundEnd(world);
});
