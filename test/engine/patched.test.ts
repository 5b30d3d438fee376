import { afterEach, describe, expect, it } from "vitest";
import { type Context, workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { HINT_QUEUE } from "../../localstack/embedded/resources.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
let deployed: (ctx: Context) => Promise<unknown>;
let log: string[] = [];
afterEach(async () => {
  await world.end();
  log = [];
});

const rest = (ms: number) => new Promise<void>((done) => void world.clock.after(ms, done));
const step = (ctx: Context, name: string) => ctx.step(name, () => void log.push(name));
const changing = workflow("changing", {}, (ctx) => deployed(ctx));

async function before(ctx: Context) {
  await step(ctx, "a");
  await ctx.sleep("night", "2h");
  await step(ctx, "b");
}
async function after(ctx: Context) {
  const first = await ctx.patched("first");
  if (first) await step(ctx, "new first");
  await step(ctx, "a");
  await ctx.sleep("night", "2h");
  const last = await ctx.patched("last");
  if (last) await step(ctx, "new last");
  await step(ctx, "b");
  return [first, last, await ctx.patched("first")];
}
/** The patches have served their time. */
async function later(ctx: Context) {
  await step(ctx, "new first");
  await step(ctx, "a");
  await ctx.sleep("night", "2h");
  await step(ctx, "new last");
  await step(ctx, "b");
}

const open = async (fault?: WorldOptions["fault"]) => {
  let revision = 0;
  const code = () => `code-${(revision += 1)}`;
  world = await World.create({ workflows: [changing], code, ...(fault && { fault }) });
  world.begin();
};

describe("code changed under a patch", () => {
  it("is followed by new runs from the start", async () => {
    deployed = after;
    await open();
    expect(await world.run(changing, undefined)).toEqual([true, true, true]);
    expect(log).toEqual(["new first", "a", "new last", "b"]);
    await expectSoundEnd(world);
  });

  it("is not followed where a run has been before, and is where it has not", async () => {
    deployed = before;
    await open();
    const run = await world.until(world.savepoint.start(changing, undefined, { id: "run" }));
    await world.pass(60_000);
    deployed = after;
    expect(await world.until(run.result())).toEqual([false, true, false]);
    expect(log).toEqual(["a", "new last", "b"]);
    await expectSoundEnd(world);
  });

  it("may be made for good once no run from before is left", async () => {
    deployed = after;
    await open();
    const run = await world.until(world.savepoint.start(changing, undefined, { id: "run" }));
    await world.pass(60_000);
    deployed = later;
    await world.until(run.result());
    expect(log).toEqual(["new first", "a", "new last", "b"]);
    await expectSoundEnd(world);
  });

  it("may be made for good also in a run whose next record is a cancel", async () => {
    const rests = async (ctx: Context) => {
      try {
        await ctx.sleep("night", "2h");
      } finally {
        await step(ctx, "clean");
      }
    };
    deployed = async (ctx) => ((await ctx.patched("first")) ? rests(ctx) : undefined);
    let hasCrashed = false;
    await open((_, action, body) => {
      if (action !== "PutItem" || !body.includes("OP#@cancel") || hasCrashed) return undefined;
      hasCrashed = true;
      return "crash-after";
    });
    const run = await world.until(world.savepoint.start(changing, undefined, { id: "run" }));
    await world.pass(60_000);
    deployed = rests;
    await world.until(run.cancel());
    const { status } = await world.until(run.wait({ timeout: "1h" }));
    expect({ hasCrashed, status, log }).toEqual({
      hasCrashed: true,
      status: "cancelled",
      log: ["clean"],
    });
    await expectSoundEnd(world);
  });
});

describe("code that comes to its end before it is told whether it follows a patch", () => {
  it("is not told by a taker either that finds what another has marked", async () => {
    const seen: string[][] = [];
    const flow = workflow("flow", {}, async (ctx) => {
      const events: string[] = [];
      seen.push(events);
      void ctx.patched("change").then((answer) => events.push(`change: ${answer}`));
      void ctx.step("beside", () => 1);
      // In the same turn, but after an answer that is there at once.
      for (let ticks = 0; ticks < 50; ticks += 1) await Promise.resolve();
      return [...events];
    });
    let finishes = 0;
    world = await World.create({
      workflows: [flow],
      fault: (_, action, body) => {
        const isFinish = action === "UpdateItem" && body.includes('"succeeded"');
        return isFinish && (finishes += 1) < 3 ? "crash-before" : undefined;
      },
    });
    expect(await world.run(flow, undefined)).toEqual([]);
    expect(seen).toEqual([[], [], []]);
    await expectSoundEnd(world);
  });
});

describe("a run that is cancelled while it asks about a patch", () => {
  it("is told, and cancelled at what it does next, also when it is replayed", async () => {
    const seen: string[] = [];
    let hasCrashed = false;
    let isLate = true;
    const flow = workflow("flow", {}, async (ctx) => {
      const isPatched = await ctx.patched("change");
      seen.push(`${ctx.attempt} ${isPatched}`);
      await ctx.step("a", () => void seen.push("a"));
    });
    world = await World.create({
      workflows: [flow],
      deliver: () => !isLate,
      fault: (_, action, body) => {
        if (action !== "PutItem" || !body.includes("OP#@cancel") || hasCrashed) return undefined;
        hasCrashed = true;
        return "crash-after";
      },
    });
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { timeout: 900 }));
    await world.pass(1_000);
    isLate = false;
    await world.sqs.queues.send(HINT_QUEUE, JSON.stringify({ run: run.id }));
    const { status } = await world.until(run.wait({ timeout: "1h" }));
    expect({ status, seen }).toEqual({ status: "cancelled", seen: ["1 true", "2 true"] });
    await expectSoundEnd(world);
  });
});

describe("code changed under a patch, while a former owner may still be at work", () => {
  /** One process stands still before it records a step, until its lease is over; another takes over. */
  const played = async (codeOf: (process: number) => string) => {
    const processes: string[] = [];
    const numberOf = (name: string) => {
      if (!processes.includes(name)) processes.push(name);
      return processes.indexOf(name);
    };
    let isFrozen = false;
    let invocations = 0;
    const changing = (run: (ctx: Context) => Promise<unknown>) =>
      workflow("changing", {}, (ctx: Context, _: undefined) => run(ctx));
    const passes = async (ctx: Context) => {
      await step(ctx, "b");
      await ctx.sleep("short", "5s");
      return "before";
    };
    const asks = async (ctx: Context) => {
      const isNew = await ctx.patched("more");
      // Until the other's record of "b" has come.
      if (isNew) await ctx.step("more", () => rest(120_000));
      await step(ctx, "b");
      await ctx.sleep("short", "5s");
      return isNew;
    };
    world = await World.create({
      workflows: [changing(asks)],
      workflowsOf: (_, code) => [changing(code === "old" ? passes : asks)],
      code: () => codeOf(invocations++),
      concurrency: 2,
      fault: (_, action, body, { name }) => {
        if (isFrozen || action !== "PutItem" || !body.includes('"OP#b"')) return undefined;
        if (numberOf(name) > 0) return undefined;
        isFrozen = true;
        const until = new Promise<void>((done) => world.clock.after(100_000, done));
        return { freeze: "before", until };
      },
    });
    world.begin();
    const run = await world.until(
      world.savepoint.start(changing(passes), undefined, { id: "run" }),
    );
    await world.pass(300_000);
    return world.until(run.result());
  };

  it("is not followed where that one has other code: what it still records would not fit", async () => {
    expect(await played((invocation) => (invocation === 0 ? "old" : "new"))).toBe(false);
    await expectSoundEnd(world);
  });

  it("is not followed later either, once that one can do nothing more", async () => {
    const answers: boolean[] = [];
    const flow = (run: (ctx: Context) => Promise<unknown>) =>
      workflow("flow", {}, (ctx: Context, _: undefined) => run(ctx));
    const rests = (ctx: Context) => ctx.sleep("rest", "10m");
    const asks = async (ctx: Context) => {
      const rested = rests(ctx);
      answers.push(await ctx.patched("more"));
      await rested;
    };
    let invocations = 0;
    let hasCrashed = false;
    world = await World.create({
      workflows: [flow(asks)],
      workflowsOf: (_, code) => [flow(code === "old" ? rests : asks)],
      code: () => (invocations++ === 0 ? "old" : "new"),
      fault: (_, action, body) => {
        if (hasCrashed || action !== "PutItem" || !body.includes('"OP#rest"')) return undefined;
        hasCrashed = true;
        return "crash-before";
      },
    });
    await world.run(flow(asks), undefined);
    expect(answers).toEqual([false, false]);
    await expectSoundEnd(world);
  });

  it("is followed where that one has the same code", async () => {
    expect(await played(() => "new")).toBe(true);
    await expectSoundEnd(world);
  });
});
