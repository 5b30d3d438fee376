import { describe, expect, it } from "vitest";
import { type Context, event, TerminalError, workflow } from "../../lambda/index.ts";
import { errorLike, log, note, openScenario, type Scenario } from "./scenario-world.ts";

let scenario: Scenario;
const go = event<string>("go");

const twoSteps = workflow("two-steps", {}, async (ctx) => {
  const first = await ctx.step("first", () => note("first"));
  await ctx.sleep("between", "1h");
  return [first, await ctx.step("second", () => note("second"))];
});
const quick = workflow("quick", {}, async (ctx) => {
  await ctx.step("first", () => note("first"));
  return ctx.step("last", () => note("last"));
});

describe("a run cancelled between two steps", () => {
  it("59. cancelled before its second step keeps the first, and resumed runs only what is left", async () => {
    scenario = await openScenario({ workflows: [twoSteps] });
    const run = await scenario.start(twoSteps, undefined);
    await scenario.pass(5_000);
    await scenario.until(run.cancel());
    expect(await scenario.ending(run.result())).toEqual(errorLike("cancelled"));
    await scenario.pass(2 * 3_600_000);
    expect(log).toEqual(["first"]);
    await scenario.until(run.resume());
    expect(await scenario.ending(run.result())).toEqual(["first", "second"]);
    expect(log).toEqual(["first", "second"]);
    await scenario.sound();
  });

  it("60. cancelled after it has completed is left as it is", async () => {
    scenario = await openScenario({ workflows: [quick] });
    const run = await scenario.start(quick, undefined);
    await scenario.ending(run.result());
    const before = await scenario.until(scenario.world.store.readRun("run"));
    await scenario.until(run.cancel({ reason: "too late" }));
    await scenario.pass(120_000);
    expect(await scenario.until(scenario.world.store.readRun("run"))).toEqual(before);
    expect(await scenario.ending(run.result())).toBe("last");
  });

  it("60. cancelled after its last step but before its end is cancelled, and resumed succeeds without running one again", async () => {
    let isAsked = false;
    scenario = await openScenario({
      workflows: [quick],
      fault: (_, action, body) => {
        if (isAsked || action !== "UpdateItem" || !body.includes('"succeeded"')) return undefined;
        isAsked = true;
        return { when: "before", others: () => scenario.savepoint.get("run").cancel() };
      },
    });
    const run = await scenario.start(quick, undefined);
    expect(await scenario.ending(run.result())).toEqual(errorLike("cancelled"));
    expect(await scenario.status()).toBe("cancelled");
    expect(log).toEqual(["first", "last"]);
    await scenario.until(run.resume());
    expect(await scenario.ending(run.result())).toBe("last");
    expect(log).toEqual(["first", "last"]);
    await scenario.sound();
  });
});

const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.sleep("long", "1h");
  return ctx.step("end", () => note("end"));
});
/** What a run can be waiting in. */
const WAITS: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  "a sleep of an hour": (ctx) => ctx.sleep("long", "1h"),
  "a sleep until a time": (ctx) => ctx.sleepUntil("then", ctx.now() + 3_600_000),
  "the outcome of a child": (ctx) => ctx.run(sleeper, undefined),
  "an event": (ctx) => ctx.waitFor(go),
  "an event with a timeout": (ctx) => ctx.waitFor(go, { timeout: "1h" }),
  "a token": async (ctx) => (await ctx.token("answer")).result(),
  "a retry": (ctx) =>
    ctx.step("flaky", { retry: { delay: "30m", maxDelay: "30m" } }, () => {
      throw new Error("not yet");
    }),
  "a race": (ctx) =>
    ctx.race("first", { a: (one) => one.waitFor(go), b: (one) => one.sleep("long", "1h") }),
};
const waits = workflow("waits", {}, async (ctx, { what }: { what: string }) => {
  await ctx.step("before", () => note("before"));
  await WAITS[what]?.(ctx);
  await ctx.step("after", () => note("after"));
});

describe("what a cancelled run was waiting in", () => {
  it.each(Object.keys(WAITS))("61. a cancel ends %s within seconds", async (what) => {
    scenario = await openScenario({ workflows: [waits, sleeper] });
    const run = await scenario.start(waits, { what });
    await scenario.pass(10_000);
    const askedAt = scenario.world.clock.now();
    await scenario.until(run.cancel());
    expect(await scenario.ending(run.result())).toEqual(errorLike("cancelled"));
    expect(scenario.world.clock.now() - askedAt).toBeLessThan(15_000);
    expect(log).toEqual(["before"]);
    await scenario.pass(5_000);
    await scenario.sound();
  });

  it("61. a cancel ends the wait of a client for the result", async () => {
    scenario = await openScenario({ workflows: [twoSteps] });
    const run = await scenario.start(twoSteps, undefined);
    const startedAt = scenario.world.clock.now();
    const waiting = scenario.ending(run.result());
    scenario.world.clock.after(5_000, () => void run.cancel({ reason: "enough" }));
    expect(await waiting).toEqual(errorLike("cancelled", "enough"));
    expect(scenario.world.clock.now() - startedAt).toBeLessThan(20_000);
  });
});

const shared = workflow("shared", {}, async (ctx) => {
  await ctx.waitFor(go);
  return ctx.step("work", () => note("worked"));
});
/** The ways to wait for a run that others have started. */
const AWAITED: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  "one child": (ctx) => ctx.run(shared, undefined, { id: "shared" }),
  "the first of several": async (ctx) =>
    (
      await ctx.race("first", {
        child: (one) => one.run(shared, undefined, { id: "shared" }),
        timer: (one) => one.sleep("long", "10h"),
      })
    ).value,
  "all of several": async (ctx) =>
    (
      await Promise.all([
        ctx.run(shared, undefined, { id: "shared" }),
        ctx.step("beside", () => note("beside")),
      ])
    )[0],
};
const awaiting = workflow("awaiting", {}, async (ctx, { what }: { what: string }) =>
  AWAITED[what]?.(ctx),
);
const stopped = workflow("stopped", {}, async (ctx, { isCaught }: { isCaught: boolean }) => {
  try {
    return await ctx.run(sleeper, undefined);
  } catch (error) {
    if (isCaught) return (error as Error).message;
    throw error;
  }
});

describe("a run that waits for another", () => {
  it.each(Object.keys(AWAITED))(
    "62. has no cancellation recorded as the outcome of %s, and resumed takes the real one",
    async (what) => {
      scenario = await openScenario({ workflows: [awaiting, shared] });
      const other = await scenario.start(shared, undefined, { id: "shared" });
      const run = await scenario.start(awaiting, { what });
      await scenario.pass(5_000);
      await scenario.until(run.cancel());
      expect(await scenario.ending(run.result())).toEqual(errorLike("cancelled"));
      const records = await scenario.until(run.history());
      expect(records.find(({ kind }) => kind === "run")?.state).toBe("waiting");
      expect(await scenario.status("shared")).toBe("waiting");
      await scenario.until(other.send(go, "on"));
      await scenario.ending(other.result());
      await scenario.until(run.resume());
      expect(await scenario.ending(run.result())).toBe("worked");
      expect(log.filter((one) => one === "worked")).toHaveLength(1);
      expect(log.filter((one) => one === "beside").length).toBeLessThanOrEqual(1);
      await scenario.sound();
    },
  );

  it("63. sees that the other was cancelled, and is not cancelled itself", async () => {
    scenario = await openScenario({ workflows: [stopped, sleeper] });
    const run = await scenario.start(stopped, { isCaught: true });
    await scenario.pass(5_000);
    const child = scenario.savepoint.get("run~1~sleeper");
    await scenario.until(child.cancel({ reason: "not needed" }));
    expect(await scenario.ending(child.result())).toEqual(errorLike("cancelled", child.id));
    expect(await scenario.ending(run.result())).toContain(child.id);
    expect([await scenario.status(), await scenario.status(child.id)]).toEqual([
      "succeeded",
      "cancelled",
    ]);
    await scenario.sound();
  });

  it("63. fails by it when it does not catch it, and its own cancellation names itself", async () => {
    scenario = await openScenario({ workflows: [stopped, sleeper] });
    const run = await scenario.start(stopped, { isCaught: false });
    await scenario.pass(5_000);
    await scenario.until(scenario.savepoint.get("run~1~sleeper").cancel());
    expect(await scenario.ending(run.result())).toEqual(errorLike("cancelled", "run~1~sleeper"));
    expect(await scenario.status()).toBe("failed");
    const other = await scenario.start(stopped, { isCaught: true }, { id: "other" });
    await scenario.pass(5_000);
    await scenario.until(other.cancel());
    expect(await scenario.ending(other.result())).toEqual(errorLike("cancelled", "run other was"));
    expect(await scenario.status("other")).toBe("cancelled");
  });
});

const grandparent = workflow("grandparent", {}, async (ctx) => ctx.run(parent, undefined));
const parent = workflow("parent", {}, async (ctx) => {
  const children = await Promise.all([
    ctx.run(sleeper, undefined, { key: "a" }),
    ctx.run(sleeper, undefined, { key: "b" }),
  ]);
  return children;
});
const FAMILY = ["run", "run~1~parent", "run~1~parent~1~a", "run~1~parent~1~b"];

describe("a run with children", () => {
  it.each(["cancel", "terminate"] as const)(
    "64. a %s goes down to the children of its children, and a resume brings all back",
    async (action) => {
      scenario = await openScenario({ workflows: [grandparent, parent, sleeper] });
      const run = await scenario.start(grandparent, undefined);
      await scenario.pass(10_000);
      await scenario.until(run[action]());
      await scenario.pass(120_000);
      for (const id of FAMILY) expect([id, await scenario.status(id)]).toEqual([id, "cancelled"]);
      expect(log).toEqual([]);
      await scenario.until(run.resume());
      expect(await scenario.ending(run.result())).toEqual(["end", "end"]);
      for (const id of FAMILY) expect([id, await scenario.status(id)]).toEqual([id, "succeeded"]);
      await scenario.pass(120_000);
      await scenario.sound();
    },
  );
});

const failing = workflow("failing", {}, async (ctx) => {
  await ctx.step("work", () => {
    throw new TerminalError("broken");
  });
});

describe("a resume", () => {
  it("65. of a run that has succeeded changes nothing", async () => {
    scenario = await openScenario({ workflows: [quick] });
    const run = await scenario.start(quick, undefined);
    await scenario.ending(run.result());
    const before = await scenario.until(scenario.world.store.readRun("run"));
    await scenario.until(run.resume());
    await scenario.pass(120_000);
    expect(await scenario.until(scenario.world.store.readRun("run"))).toEqual(before);
    expect(log).toEqual(["first", "last"]);
  });

  it("65. of an id that no run has is refused, and starts none", async () => {
    scenario = await openScenario({ workflows: [failing] });
    const run = scenario.savepoint.get("nobody");
    expect(await scenario.ending(run.resume())).toEqual(errorLike("run_not_found", "nobody"));
    expect(await scenario.ending(run.status())).toEqual(errorLike("run_not_found"));
  });
});
