import { describe, expect, it } from "vitest";
import {
  CancelledError,
  type Context,
  event,
  RunNotFoundError,
  workflow,
} from "../../lambda/index.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import { DEFAULT_SETTINGS } from "../../lambda/engine/settings.ts";
import type { World } from "../../lambda/testing/world.ts";
import { outcome } from "../engine/outcome.ts";
import {
  type CallMatch,
  finishAs,
  FROZEN_MS,
  frozenBefore,
  openWorld,
  play,
  recordOf,
  REPLAYING,
  rest,
} from "./stage.ts";

/** Whether it is the worker that claimed the run first that calls the function, or one that took it over. */
const workerOf = ({ attempt }: Context) => (attempt === 1 ? "first" : "taker");

const parks: CallMatch = (action, body) =>
  action === "UpdateItem" && body.includes("#status = :waiting");

describe("a worker whose run was taken over while it stood still", () => {
  it("33. does not compensate: neither its catch nor its finally block goes on", async () => {
    const log: string[] = [];
    const { output, world } = await play(
      async (ctx) => {
        const who = workerOf(ctx);
        try {
          return await ctx.step("work", () => {
            log.push(`${who} works`);
            return `by the ${who}`;
          });
        } catch (error) {
          log.push(`${who} catches`);
          await ctx.step("undo", () => log.push(`${who} undoes`));
          throw error;
        } finally {
          log.push(`${who} ends`);
          await ctx.step("clean", () => log.push(`${who} cleans`));
        }
      },
      frozenBefore(recordOf("work")),
    );
    await world.pass(2 * FROZEN_MS);
    expect(output).toBe("by the taker");
    expect(log).toEqual(["first works", "taker works", "taker ends", "taker cleans"]);
    await expectSoundEnd(world);
  });

  it("33. does not undo what the other has completed", async () => {
    const undone: string[] = [];
    const { output, world } = await play(
      (ctx) =>
        ctx.step(
          "work",
          { retry: { attempts: 1 }, rollback: () => void undone.push(workerOf(ctx)) },
          () => {
            if (ctx.attempt === 1) throw new Error("the first worker fails");
            return "done";
          },
        ),
      frozenBefore(recordOf("work")),
    );
    await world.pass(2 * FROZEN_MS);
    expect(output).toBe("done");
    expect(undone).toEqual([]);
    await expectSoundEnd(world);
  });

  it.each([0, 2 * FROZEN_MS])(
    "56. has its late record refused, when the taker's body takes %s ms; the taker's counts, and the run goes on with it",
    async (ms) => {
      const { output, history, described, world } = await play(
        async (ctx, world) => {
          const by = await ctx.step("work", async () => {
            if (ctx.attempt > 1) await rest(world, ms);
            return workerOf(ctx);
          });
          await ctx.step("outlast the first", () => rest(world, 2 * FROZEN_MS));
          return by;
        },
        frozenBefore(recordOf("work")),
      );
      expect(output).toBe("taker");
      expect(history).toMatchObject([{ key: "work", state: "succeeded" }, { state: "succeeded" }]);
      expect(described).toMatchObject({ epoch: 2, recoveries: 1 });
      await expectSoundEnd(world);
    },
  );

  it.each<[string, (who: string) => unknown, unknown]>([
    ["succeeded", (who) => `by the ${who}`, "by the taker"],
    [
      "failed",
      (who) => {
        if (who === "first") return "by the first";
        throw new RangeError("by the taker");
      },
      new RangeError("by the taker"),
    ],
  ])(
    "52. takes over that the run has %s there, instead of its own outcome",
    async (status, end, expected) => {
      // It has come to its end, and is about to say so.
      const { output, described, world } = await play(
        async (ctx) => end(workerOf(ctx)),
        frozenBefore(finishAs("succeeded")),
      );
      expect(output).toEqual(expected);
      await world.pass(2 * FROZEN_MS);
      expect(await world.until(world.savepoint.get("run").describe())).toEqual(described);
      expect(described).toMatchObject({ status, epoch: 2 });
      await expectSoundEnd(world);
    },
  );

  it("53. writes nothing more of a run that goes on elsewhere; who asked for the result gets the end's", async () => {
    const bodies: string[] = [];
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      await ctx.step("work", () => void bodies.push(workerOf(ctx)));
      await ctx.sleep("rest", "10m");
      return ctx.step("last", () => "the end's");
    });
    const world = await openWorld([flow], frozenBefore(recordOf("work")));
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    const result = run.result();
    await world.pass(60_000);
    const parked = await world.until(run.describe());
    const history = await world.until(run.history());
    expect(parked).toMatchObject({ status: "waiting", epoch: 2 });
    await world.pass(FROZEN_MS);
    expect(await world.until(run.describe())).toEqual(parked);
    expect(await world.until(run.history())).toEqual(history);
    expect(await world.until(result)).toBe("the end's");
    expect(bodies).toEqual(["first", "taker"]);
    await expectSoundEnd(world);
  });

  it("53. parks nothing that goes on elsewhere", async () => {
    const { output, described, history, world } = await play(async (ctx, world) => {
      await ctx.sleep("rest", "40s");
      return ctx.step("outlast the first", () => rest(world, 2 * FROZEN_MS).then(() => "end"));
    }, frozenBefore(parks));
    expect(output).toBe("end");
    expect(history.map(({ key }) => key)).toEqual(["outlast the first", "rest"]);
    // The first, the taker, and after the sleep.
    expect(described).toMatchObject({ epoch: 3, recoveries: 1 });
    await expectSoundEnd(world);
  });

  it("53. does not end what goes on elsewhere", async () => {
    const { output, described, world } = await play(
      async (ctx, world) => {
        if (ctx.attempt === 1) return "by the first";
        return ctx.step("outlast the first", () =>
          rest(world, 2 * FROZEN_MS).then(() => "by the taker"),
        );
      },
      frozenBefore(finishAs("succeeded")),
    );
    expect(output).toBe("by the taker");
    expect(described).toMatchObject({ epoch: 2, recoveries: 1 });
    await expectSoundEnd(world);
  });

  it("50. takes no message that the other has taken from the run's wait", async () => {
    const note = event<string>("note");
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const one = await ctx.waitFor(note);
      await ctx.step("outlast the first", () => rest(world, 2 * FROZEN_MS));
      return [one, await ctx.waitFor(note, { timeout: "1m" })];
    });
    const world: World = await openWorld([flow], frozenBefore(recordOf("note")));
    const start = () => world.savepoint.start(flow, undefined, { id: "run" });
    const handles = await world.until(Promise.all([start(), start()]));
    await world.pass(5_000);
    await world.until(world.savepoint.get("run").send(note, "the only one"));
    const results = await world.until(Promise.all(handles.map((run) => run.result())));
    expect(results).toEqual([
      ["the only one", undefined],
      ["the only one", undefined],
    ]);
    const history = await world.until(world.savepoint.get("run").history());
    expect(history.map(({ key }) => key)).toEqual(["note", "outlast the first", "note#2"]);
    await expectSoundEnd(world);
  });

  it("54. brings nothing back of a run that was ended and deleted meanwhile", async () => {
    const flow = workflow("flow", {}, (ctx: Context, _: undefined) => ctx.step("work", () => 1));
    const world = await openWorld([flow], frozenBefore(recordOf("work")));
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(5_000);
    const result = outcome(world, run.result());
    await world.until(run.terminate());
    expect(await result).toBeInstanceOf(CancelledError);
    await world.pass(DEFAULT_SETTINGS.leaseMs);
    await world.until(run.delete());
    expect(await outcome(world, run.result())).toBeInstanceOf(RunNotFoundError);
    await world.pass(2 * FROZEN_MS);
    expect(await world.until(world.store.readRun("run"))).toBeUndefined();
    expect(await world.until(world.savepoint.list())).toEqual({ runs: [] });
  });
});

it("50. two workers that are woken for one message at once consume it once", async () => {
  const note = event<string>("note");
  const { output, history } = await play(
    async (ctx, world) => {
      await ctx.step("send", () => world.savepoint.get("run").send(note, "one"));
      return [await ctx.waitFor(note), await ctx.waitFor(note, { timeout: "1m" })];
    },
    { ...REPLAYING, deliveryPlan: { copies: () => [0, 0, 0], next: () => 0 } },
  );
  expect(output).toEqual(["one", undefined]);
  expect(history.map(({ key }) => key)).toEqual(["send", "note", "note#2"]);
});

it("51. a run belongs to whoever claimed it last, and so do the records from then on", async () => {
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    await ctx.step("short", () => 1);
    return ctx.step("long", async () => {
      await rest(world, 20_000);
      if (ctx.attempt === 1) world.processes[0]?.die();
      await rest(world, 60_000);
    });
  });
  const world: World = await openWorld([flow], { visibilitySeconds: 5 });
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(10_000);
  const first = await world.until(world.store.readRun("run"));
  await world.pass(60_000);
  const taken = await world.until(world.store.readRun("run"));
  expect(first?.owner).toContain(world.processes[0]?.name);
  expect(taken?.owner).toContain(world.processes[1]?.name);
  await world.until(run.result());
  const orders = (await world.until(run.history())).map(({ order = 0 }) => order / 1_000_000);
  expect(orders.map(Math.floor)).toEqual([first?.epoch, taken?.epoch]);
});
