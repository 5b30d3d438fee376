import { describe, expect, it } from "vitest";
import {
  CancelledError,
  type Context,
  NoProgressError,
  RunNotFoundError,
  TerminalError,
  workflow,
} from "../../lambda/index.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import type { World } from "../../lambda/testing/world.ts";
import { outcome } from "../engine/outcome.ts";
import {
  type CallMatch,
  finishAs,
  firstTime,
  frozenBefore,
  openWorld,
  play,
  rest,
} from "./stage.ts";

/** A workflow whose step ends each process that enters it. */
const killing = (world: () => World) =>
  workflow("killing", {}, (ctx: Context, _: undefined) =>
    ctx.step("kill", () => {
      for (const process of world().processes) process.die();
    }),
  );

describe("who waits for a run that is given up", () => {
  it("54. is told so at once: a caller of its result", async () => {
    const flow = killing(() => world);
    const world: World = await openWorld([flow], { visibilitySeconds: 5 });
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    const error = await outcome(world, run.result());
    const toldAt = world.clock.now();
    expect(error).toBeInstanceOf(NoProgressError);
    const { status, finishedAt = 0 } = await world.until(run.describe());
    expect(status).toBe("failed");
    expect(toldAt - finishedAt).toBeLessThanOrEqual(1_000);
  });

  it("54. is told so: a parent that is parked", async () => {
    const child = killing(() => world);
    const parent = workflow("parent", {}, async (ctx: Context, _: undefined) =>
      ctx.run(child, undefined).catch((error: Error) => error.name),
    );
    const world: World = await openWorld([parent, child], { visibilitySeconds: 5 });
    expect(await world.run(parent, undefined)).toBe("NoProgressError");
    await expectSoundEnd(world, { isReplayed: false });
  });

  it("54. and deleted is told that it is gone", async () => {
    const { world, output } = await play((ctx) => ctx.step("quick", () => 1));
    expect(output).toBe(1);
    const run = world.savepoint.get("run");
    await world.until(run.delete());
    expect(await outcome(world, run.result())).toBeInstanceOf(RunNotFoundError);
  });
});

describe("a cancel near the end of a run", () => {
  const cancel = (world: () => World) => () => world().savepoint.get("run").cancel();
  const log: string[] = [];
  const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
    log.length = 0;
    return ctx.step("work", { rollback: () => void log.push("undone") }, () => "done");
  });

  it("55. that comes after the outcome is recorded changes nothing: the outcome is what counts", async () => {
    const world: World = await openWorld([flow], {
      fault: firstTime(finishAs("succeeded"), { others: cancel(() => world), when: "after" }),
    });
    expect(await world.run(flow, undefined)).toBe("done");
    await world.pass(60_000);
    expect(await world.until(world.savepoint.get("run").status())).toBe("succeeded");
    expect(log).toEqual([]);
    await expectSoundEnd(world);
  });

  it("55. that comes before it is recorded ends the run as cancelled, with its steps undone", async () => {
    const world: World = await openWorld([flow], {
      fault: firstTime(finishAs("succeeded"), { others: cancel(() => world), when: "before" }),
    });
    expect(await outcome(world, world.run(flow, undefined))).toBeInstanceOf(CancelledError);
    expect(await world.until(world.savepoint.get("run").status())).toBe("cancelled");
    expect(log).toEqual(["undone"]);
    await expectSoundEnd(world);
  });

  it("55. is reported by a worker that stood still at the end, though it had come to an outcome", async () => {
    const world = await openWorld([flow], frozenBefore(finishAs("succeeded")));
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(5_000);
    await world.until(run.cancel());
    expect(await outcome(world, run.result())).toBeInstanceOf(CancelledError);
    await world.pass(300_000);
    expect(await world.until(run.status())).toBe("cancelled");
    await expectSoundEnd(world);
  });
});

describe("a resume near the end of a run", () => {
  const pausing: CallMatch = (action, body) =>
    action === "UpdateItem" && body.includes("#status = :paused");

  it("57. is not lost when it comes as its worker has just recorded the failure", async () => {
    let entered = 0;
    const flow = workflow("flow", {}, (ctx: Context, _: undefined) =>
      ctx.step("work", () => {
        entered += 1;
        if (entered === 1) throw new TerminalError("not yet");
        return "went on";
      }),
    );
    const world: World = await openWorld([flow], {
      concurrency: 1,
      fault: firstTime(finishAs("failed"), {
        others: () => world.savepoint.get("run").resume(),
        when: "after",
      }),
    });
    expect(await world.run(flow, undefined)).toBe("went on");
    expect(entered).toBe(2);
    await expectSoundEnd(world);
  });

  it.each(["before", "after"] as const)(
    "57. is not lost when it comes just %s its worker gives it back as paused",
    async (when) => {
      const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
        await ctx.step("work", () => rest(world, 20_000));
        return ctx.step("last", () => "went on");
      });
      const world: World = await openWorld([flow], {
        fault: firstTime(pausing, { others: () => world.savepoint.get("run").resume(), when }),
      });
      const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
      await world.pass(2_000);
      await world.until(run.pause());
      const startedAt = world.clock.now();
      expect(await world.until(run.result())).toBe("went on");
      expect(world.clock.now() - startedAt).toBeLessThan(25_000);
      await expectSoundEnd(world);
    },
  );
});
