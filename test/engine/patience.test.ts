import { afterEach, describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

const START = Date.UTC(2026, 0, 1);
/** Text that does not compress to less than a part of its own. */
const LARGE = Array.from({ length: 40_000 }, (_, i) => (i * 2_654_435_761) % 4_294_967_291);

let world: World;
afterEach(() => world.end());

type Fault = (action: string, body: string, elapsedMs: number) => ProcessFault | undefined;

/** Plays a workflow of that function while AWS behaves as told. */
async function play<T>(
  run: (ctx: Context) => Promise<T>,
  fault: Fault,
  options: Partial<WorldOptions> = {},
) {
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx));
  world = await World.create({
    workflows: [flow],
    fault: (_, action, body) => fault(action, body, world.clock.now() - START),
    ...options,
  });
  const output = await world.run(flow, undefined).catch((error: unknown) => error);
  await world.pass(60_000);
  const meta = await world.until(world.store.readRun("run"));
  const dead = world.processes.filter(({ isDead }) => isDead).length;
  return { output, meta, dead };
}

const isOperation = (action: string, body: string): boolean =>
  action === "PutItem" && body.includes('"OP#');
const isPart = (action: string, body: string): boolean =>
  action === "PutItem" && body.includes('"PART#');
const isMark = (action: string, body: string): boolean =>
  action === "UpdateItem" && body.includes("if_not_exists(#q, :zero)");
const isFinish = (action: string, body: string): boolean =>
  action === "UpdateItem" && body.includes("#finishedAt");
const isPark = (action: string, body: string): boolean =>
  action === "UpdateItem" && body.includes("#wakeSeq = :seen");
const isHandOver = (action: string, body: string): boolean =>
  action === "UpdateItem" && body.includes("#dueAt = :now");

describe("while AWS throttles, an owner whose lease lasts keeps trying", () => {
  it.each([
    ["the record of a step", isOperation, 100_000],
    ["a part of a large value", isPart, 100_000],
    ["the end of a run", isFinish, 20_000],
    ["a park", isPark, 20_000],
  ])("%s", async (_, isThrottled, forMs) => {
    let bodies = 0;
    let since: number | undefined;
    const { output, meta } = await play(
      async (ctx) => {
        await ctx.step("work", () => {
          bodies += 1;
          return LARGE;
        });
        await ctx.sleep("rest", "30s");
        return bodies;
      },
      (action, body, elapsed) => {
        if (!isThrottled(action, body)) return undefined;
        since ??= elapsed;
        return elapsed < since + forMs ? "throttle" : undefined;
      },
    );
    expect(output).toBe(1);
    expect(meta).toMatchObject({ status: "succeeded", recoveries: 0, crashes: 0 });
    await expectSoundEnd(world);
  });

  it("a takeover's marks", async () => {
    let markedSince: number | undefined;
    const { output, meta } = await play(
      (ctx) =>
        ctx.step("work", async () => {
          if (markedSince === undefined) world.processes.at(-1)?.die();
          return "done";
        }),
      (action, body, elapsed) => {
        if (!isMark(action, body)) return undefined;
        markedSince ??= elapsed;
        return elapsed < markedSince + 100_000 ? "throttle" : undefined;
      },
    );
    expect(output).toBe("done");
    expect(meta).toMatchObject({ status: "succeeded", recoveries: 1 });
  });

  it("a hand-over", async () => {
    const { output, meta } = await play(
      async (ctx) => {
        for (let i = 0; i < 3; i += 1) await ctx.step("work", () => i);
        return "done";
      },
      (action, body, elapsed) =>
        isHandOver(action, body) && elapsed < 20_000 ? "throttle" : undefined,
      { settings: { operationsPerInvocation: 2 } },
    );
    expect(output).toBe("done");
    expect(meta?.recoveries).toBe(0);
  });

  it("but leaves a run that has returned when its last write is given up", async () => {
    const { output, dead } = await play(
      async (ctx) =>
        Promise.race([ctx.step("quick", () => "quick"), ctx.step("slow", () => "slow")]),
      (action, body, elapsed) =>
        isOperation(action, body) && body.includes("OP#slow") && elapsed < 60_000
          ? "throttle"
          : undefined,
      { invocationMs: 60_000 },
    );
    expect(output).toBe("quick");
    expect(dead).toBe(0);
  });

  it("but leaves the invocation before the invocation is ended from outside", async () => {
    const { output, dead } = await play(
      (ctx) => ctx.step("work", () => "done"),
      (action, body, elapsed) =>
        isOperation(action, body) && elapsed < 60_000 ? "throttle" : undefined,
      { invocationMs: 60_000 },
    );
    expect(output).toBe("done");
    expect(dead).toBe(0);
  });
});

describe("what AWS refuses for good fails the run with that error, in its first claim", () => {
  it.each([
    ["the record of a step", isOperation, "ValidationException"],
    ["a part of a large value", isPart, "AccessDeniedException"],
  ])("%s", async (_, isRefused, name) => {
    let bodies = 0;
    const { output, meta } = await play(
      (ctx) =>
        ctx.step("work", () => {
          bodies += 1;
          return LARGE;
        }),
      (action, body) => (isRefused(action, body) ? { refuseWith: name } : undefined),
    );
    expect(output).toMatchObject({ name, message: "not so" });
    expect(meta).toMatchObject({ status: "failed", epoch: 1, failedOperation: "work" });
    expect(bodies).toBe(1);
  });

  it("a release", async () => {
    const { output, meta } = await play(
      (ctx) => ctx.sleep("rest", "30s"),
      (action, body) => (isPark(action, body) ? { refuseWith: "ValidationException" } : undefined),
    );
    expect(output).toMatchObject({ name: "ValidationException" });
    expect(meta).toMatchObject({ status: "failed", epoch: 1 });
  });

  it("a takeover's mark", async () => {
    const { output, meta } = await play(
      (ctx) =>
        ctx.step("work", async () => {
          world.processes.at(-1)?.die();
          return "done";
        }),
      (action, body) => (isMark(action, body) ? { refuseWith: "ValidationException" } : undefined),
    );
    expect(output).toMatchObject({ name: "ValidationException" });
    expect(meta).toMatchObject({ status: "failed", epoch: 2 });
  });
});

it("a mark whose reply was lost counts its kill once", async () => {
  let marks = 0;
  await play(
    (ctx) =>
      ctx.step("work", async () => {
        if (marks === 0) world.processes.at(-1)?.die();
        return "done";
      }),
    (action, body) => {
      if (!isMark(action, body)) return undefined;
      marks += 1;
      return marks === 1 ? "lost-reply" : undefined;
    },
  );
  const run = await world.until(world.store.readRun("run"));
  const history = `H#${run?.incarnation}#0`;
  const [record] = await world.until(world.store.loadHistory(history));
  expect(marks, "the mark was sent again").toBe(2);
  expect(record).toMatchObject({ key: "work", state: "done", kills: 1 });
});
