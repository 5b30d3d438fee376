import { describe, expect, it } from "vitest";
import { type Context, event, workflow } from "../../lambda/index.ts";
import { errorLike, log, note, openScenario, type Scenario } from "./scenario-world.ts";

let scenario: Scenario;
const MINUTE = 60_000;
const never = event("never");

const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.sleep("long", "1h");
  return note("slept");
});
const DOINGS: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  "is in a step": (ctx) => ctx.step("work", () => scenario.rest(10 * MINUTE)),
  sleeps: (ctx) => ctx.sleep("long", "1h"),
  "waits for an event": (ctx) => ctx.waitFor(never),
  "waits for a child": (ctx) => ctx.run(sleeper, undefined),
};
const doing = workflow("doing", {}, async (ctx, { what }: { what: string }) => {
  await DOINGS[what]?.(ctx);
  return note("done");
});
const quick = workflow("quick", {}, async (ctx) => ctx.step("work", () => note("worked")));

describe("the timeout of a run", () => {
  it.each(Object.keys(DOINGS))("71. cancels a run that %s, within seconds", async (what) => {
    scenario = await openScenario({ workflows: [doing, sleeper] });
    const run = await scenario.start(doing, { what }, { timeout: "2m" });
    const startedAt = scenario.world.clock.now();
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_timeout"));
    const tookMs = scenario.world.clock.now() - startedAt;
    expect(tookMs).toBeGreaterThanOrEqual(2 * MINUTE);
    expect(tookMs).toBeLessThan(2 * MINUTE + 15_000);
    expect(await scenario.status()).toBe("cancelled");
    await scenario.pass(2 * MINUTE);
    expect(log).toEqual([]);
    await scenario.sound();
  });

  it("71. ends a run that is paused", async () => {
    scenario = await openScenario({ workflows: [doing, sleeper] });
    const run = await scenario.start(doing, { what: "sleeps" }, { timeout: "2m" });
    await scenario.pass(5_000);
    await scenario.until(run.pause());
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_timeout"));
    expect(log).toEqual([]);
  });

  it("71. ends a run that no worker has come to before it was over, without its code", async () => {
    let isUp = false;
    scenario = await openScenario({ workflows: [quick], deliver: () => isUp });
    const run = await scenario.start(quick, undefined, { timeout: "2m" });
    await scenario.pass(10 * MINUTE);
    isUp = true;
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_timeout"));
    expect(log).toEqual([]);
    await scenario.sound();
  });

  it("71. ends a run that is blocked", async () => {
    let version = 1;
    const changing = workflow("changing", {}, async (ctx: Context, _: undefined) => {
      await ctx.step(`step ${version}`, () => note(`step ${version}`));
      await ctx.sleep("long", "10m");
      return note("done");
    });
    scenario = await openScenario({ workflows: [changing], code: () => `code-${version}` });
    const run = await scenario.start(changing, undefined, { timeout: "30m" });
    await scenario.pass(MINUTE);
    version = 2;
    await scenario.pass(15 * MINUTE);
    expect(await scenario.status()).toBe("blocked");
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_timeout"));
    expect(log).toEqual(["step 1"]);
  });

  it("71. does nothing to a run that has ended by then", async () => {
    scenario = await openScenario({ workflows: [quick] });
    const run = await scenario.start(quick, undefined, { timeout: "2m" });
    expect(await scenario.ending(run.result())).toBe("worked");
    await scenario.pass(10 * MINUTE);
    expect(await scenario.status()).toBe("succeeded");
    await scenario.sound();
  });

  it("71. is refused when it is no time", async () => {
    scenario = await openScenario({ workflows: [quick] });
    for (const timeout of [0, -1, Number.NaN, "soon"] as number[]) {
      const started = scenario.savepoint.start(quick, undefined, { timeout });
      expect(await scenario.ending(started)).toEqual(errorLike("invalid_argument"));
    }
    expect(await scenario.until(scenario.savepoint.list())).toEqual({ runs: [] });
  });
});

const parent = workflow("parent", {}, async (ctx) => ctx.run(sleeper, undefined));

describe("the timeout of a run and its children", () => {
  it("72. a child has the deadline of its parent, at every level", async () => {
    const grandparent = workflow("grandparent", {}, async (ctx) => ctx.run(parent, undefined));
    scenario = await openScenario({ workflows: [grandparent, parent, sleeper] });
    const run = await scenario.start(grandparent, undefined, { timeout: "10m" });
    await scenario.pass(MINUTE);
    const { deadline } = await scenario.until(run.describe());
    for (const id of ["run~1~parent", "run~1~parent~1~sleeper"]) {
      const child = scenario.savepoint.get(id);
      expect(await scenario.until(child.describe())).toMatchObject({ deadline });
    }
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_timeout"));
    await scenario.pass(MINUTE);
    expect(await scenario.status("run~1~parent~1~sleeper")).toBe("cancelled");
    await scenario.sound();
  });

  it("72. a child may have less time than its parent, which goes on when that is over", async () => {
    const patient = workflow("patient", {}, async (ctx) => {
      const late = await ctx.run(sleeper, undefined, { timeout: "2m" }).catch((error) => error);
      await ctx.sleep("rest", "5m");
      return (late as { code: string }).code;
    });
    scenario = await openScenario({ workflows: [patient, sleeper] });
    const run = await scenario.start(patient, undefined, { timeout: "1h" });
    expect(await scenario.ending(run.result())).toBe("run_timeout");
    expect(await scenario.status("run~1~sleeper")).toBe("cancelled");
    await scenario.sound();
  });

  it("72. a child has never more time than its parent, though it is given more", async () => {
    const generous = workflow("generous", {}, async (ctx) =>
      ctx.run(sleeper, undefined, { timeout: "3h" }),
    );
    scenario = await openScenario({ workflows: [generous, sleeper] });
    const run = await scenario.start(generous, undefined, { timeout: "10m" });
    await scenario.pass(MINUTE);
    const { deadline } = await scenario.until(run.describe());
    const child = scenario.savepoint.get("run~1~sleeper");
    expect(await scenario.until(child.describe())).toMatchObject({ deadline });
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_timeout"));
    await scenario.sound();
  });

  it("72. a run that another starts in a step has its own time, or none", async () => {
    const detaching = workflow("detaching", {}, async (ctx) => {
      const id = `${ctx.runId}-free`;
      await ctx.step("start", async () => {
        await scenario.savepoint.start(sleeper, undefined, { id });
      });
      await ctx.waitFor(never);
    });
    scenario = await openScenario({ workflows: [detaching, sleeper] });
    const run = await scenario.start(detaching, undefined, { timeout: "2m" });
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_timeout"));
    const free = scenario.savepoint.get("run-free");
    expect(await scenario.until(free.describe())).not.toHaveProperty("deadline");
    expect(await scenario.ending(free.result())).toBe("slept");
    await scenario.sound();
  });
});

describe("the deadline of a run", () => {
  it("73. stays the same when its worker dies and another takes over", async () => {
    let isDead = false;
    scenario = await openScenario({
      workflows: [doing, sleeper],
      visibilitySeconds: 5,
      fault: (_, action, body) => {
        if (isDead || action !== "PutItem" || !body.includes('"OP#long"')) return undefined;
        isDead = true;
        return "crash-after";
      },
    });
    const run = await scenario.start(doing, { what: "sleeps" }, { timeout: "20m" });
    const { startedAt } = await scenario.until(run.describe());
    await scenario.pass(5 * MINUTE);
    expect(await scenario.until(run.describe())).toMatchObject({
      deadline: startedAt + 20 * MINUTE,
      recoveries: 1,
    });
    expect(await scenario.ending(run.result())).toEqual(errorLike("run_timeout"));
    expect(scenario.world.clock.now() - startedAt).toBeLessThan(20 * MINUTE + 15_000);
    await scenario.sound();
  });

  it("73. starts anew when the run is resumed", async () => {
    scenario = await openScenario({ workflows: [doing, sleeper] });
    const run = await scenario.start(doing, { what: "waits for an event" }, { timeout: "10m" });
    await scenario.ending(run.result());
    await scenario.pass(60 * MINUTE);
    await scenario.until(run.resume());
    const { deadline } = await scenario.until(run.describe());
    expect(deadline).toBe(scenario.world.clock.now() + 10 * MINUTE);
    await scenario.until(run.send(never, undefined));
    expect(await scenario.ending(run.result())).toBe("done");
    await scenario.sound();
  });
});
