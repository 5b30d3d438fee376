import { beforeEach, describe, expect, it } from "vitest";
import { scheduledRunId } from "../../lambda/functions/scheduled-start.ts";
import { event, type RunHandle, workflow } from "../../lambda/index.ts";
import { Effects } from "../engine/effects.ts";
import { expectNoCompletedStepAgain } from "../engine/invariants.ts";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import { errorLike, openScenario, type Scenario } from "./scenario-world.ts";

let scenario: Scenario;
let log: string[] = [];
beforeEach(() => {
  log = [];
  effects = new Effects();
});
const note = (what: string) => {
  log.push(what);
  return what;
};
let effects = new Effects();
const MINUTE = 60_000;

const quick = workflow("quick", {}, async (ctx) => ctx.step("work", () => note(ctx.runId)));
const other = workflow("other", {}, async (ctx) => ctx.step("work", () => note("other")));

describe("a worker that dies at the claim", () => {
  it("93. keeps no other run from going on, and its run is taken up again", async () => {
    let isDead = false;
    scenario = await openScenario({
      workflows: [quick],
      visibilitySeconds: 5,
      concurrency: 1,
      fault: (_, action, body) => {
        if (isDead || action !== "UpdateItem" || !body.includes("RUN#run-0")) return undefined;
        if (!body.includes("#leaseUntil = :lease")) return undefined;
        isDead = true;
        return "crash-after";
      },
    });
    const runs: RunHandle[] = [];
    for (let n = 0; n < 5; n += 1) {
      runs.push(await scenario.start(quick, undefined, { id: `run-${n}` }));
    }
    const startedAt = scenario.world.clock.now();
    const ids = runs.map(({ id }) => id);
    expect(await scenario.ending(Promise.all(runs.map((run) => run.result())))).toEqual(ids);
    expect(isDead).toBe(true);
    expect(scenario.world.clock.now() - startedAt).toBeLessThan(2 * MINUTE);
    expect(log.toSorted()).toEqual(ids);
    await scenario.sound();
  });
});

describe("a run id that is given twice", () => {
  it("99. joins the run when it is the same, and is refused with another workflow or input", async () => {
    const echo = workflow("echo", {}, async (_, input: { n: number }) => input.n);
    scenario = await openScenario({ workflows: [echo, other] });
    const first = await scenario.start(echo, { n: 1 });
    const second = await scenario.start(echo, { n: 1 });
    expect(await scenario.ending(Promise.all([first.result(), second.result()]))).toEqual([1, 1]);
    const id = { id: "run" };
    const { savepoint } = scenario;
    expect(await scenario.ending(savepoint.start(echo, { n: 2 }, id))).toEqual(
      errorLike("run_conflict", "another input"),
    );
    expect(await scenario.ending(savepoint.start(other, { n: 1 }, id))).toEqual(
      errorLike("run_conflict", '"echo"'),
    );
    expect(await scenario.ending(first.result())).toBe(1);
    expect(log).toEqual([]);
  });
});

describe("a run that is cancelled while it is queued", () => {
  it("100. is passed over by the workers, and the ones behind it are not", async () => {
    let isUp = false;
    scenario = await openScenario({ workflows: [quick], deliver: () => isUp, concurrency: 1 });
    const first = await scenario.start(quick, undefined, { id: "first" });
    const second = await scenario.start(quick, undefined, { id: "second" });
    await scenario.until(first.cancel());
    isUp = true;
    expect(await scenario.ending(second.result())).toBe("second");
    expect(await scenario.ending(first.result())).toEqual(errorLike("cancelled"));
    expect(log).toEqual(["second"]);
    await scenario.until(first.resume());
    expect(await scenario.ending(first.result())).toBe("first");
    await scenario.sound();
  });
});

describe("a parent that is taken over", () => {
  it.each([1, 2, 3])(
    "108. waits on the children it had before, when it dies at the start of child %s",
    async (at) => {
      let puts = 0;
      const parent = workflow("parent", {}, async (ctx) =>
        ctx.map("children", ["a", "b", "c"], (branch) => branch.run(quick, undefined)),
      );
      scenario = await openScenario({
        workflows: [parent, quick],
        visibilitySeconds: 5,
        fault: (_, action, body) => {
          if (action !== "PutItem" || !body.includes('"RUN#run~1~')) return undefined;
          return (puts += 1) === at ? "crash-after" : undefined;
        },
      });
      const ids = ["0", "1", "2"].map((index) => `run~1~children@${index}@quick`);
      const run = await scenario.start(parent, undefined);
      expect(await scenario.ending(run.result())).toEqual(ids);
      expect(log.toSorted()).toEqual(ids);
      const { runs } = await scenario.until(scenario.savepoint.list({ parent: "run" }));
      expect(runs.map(({ id }) => id).toSorted()).toEqual(ids);
      expect(await scenario.until(run.describe())).toMatchObject({ recoveries: 1 });
      await scenario.sound();
    },
  );
});

describe("a run whose workflow no worker knows", () => {
  it("109. keeps no other from going on, and goes on itself once its workflow is deployed", async () => {
    let deployed = [quick];
    scenario = await openScenario({
      workflows: [quick, other],
      workflowsOf: () => deployed,
      code: () => `code-${deployed.length}`,
    });
    const unknown = await scenario.start(other, undefined, { id: "unknown" });
    const runs: RunHandle[] = [];
    for (let n = 0; n < 12; n += 1) {
      runs.push(await scenario.start(quick, undefined, { id: `run-${n}` }));
    }
    await scenario.ending(Promise.all(runs.map((run) => run.result())));
    expect(log).toHaveLength(12);
    await scenario.pass(30 * MINUTE);
    expect(await scenario.status("unknown")).toBe("blocked");
    expect(await scenario.until(unknown.describe())).toMatchObject({
      error: { message: expect.stringContaining('"other"') as string },
    });
    const handled = scenario.world.invocations;
    await scenario.pass(30 * MINUTE);
    expect(scenario.world.invocations - handled).toBeLessThan(5);
    deployed = [quick, other];
    expect(await scenario.ending(unknown.result())).toBe("other");
    await scenario.sound();
  });
});

describe("a tick of the clock", () => {
  it("111. that fires twice, in two processes, starts one run", async () => {
    scenario = await openScenario({ workflows: [other] });
    const fire = (time: string) => {
      const start = { workflow: "other", name: "nightly", time, input: null };
      const options = { id: scheduledRunId({ start }.start), isInternalId: true };
      return scenario.savepoint.startByName("other", null, options);
    };
    const fired = await scenario.until(
      Promise.all([fire("2026-01-05T06:00:00Z"), fire("2026-01-05T06:00:31Z")]),
    );
    expect(fired.map(({ run }) => run.id)).toEqual(
      Array.from({ length: 2 }, () => "nightly@2026-01-05T06:00Z"),
    );
    expect(fired.filter(({ created }) => created)).toHaveLength(1);
    await scenario.ending(Promise.all(fired.map(({ run }) => run.result())));
    expect(log).toEqual(["other"]);
    const next = await scenario.until(fire("2026-01-12T06:00:00Z"));
    await scenario.ending(next.run.result());
    expect(log).toEqual(["other", "other"]);
  });
});

const ping = event<number>("ping");
const pong = event<string>("pong");
const answers = workflow("answers", {}, async (ctx, { to }: { to: string }) => {
  const got = await ctx.waitFor(ping);
  await ctx.send(to, pong, `pong ${got}`);
  return ctx.step(
    "answered",
    effects.body("answered", () => note(`answered ${to}`)),
  );
});
const everything = workflow("everything", {}, async (ctx, { n }: { n: number }) => {
  const id = ctx.runId;
  const first = await ctx.step(
    "first",
    effects.body("first", () => note(`first ${id}`)),
  );
  const child = ctx.run(answers, { to: id });
  await ctx.sleep("rest", "3s");
  await ctx.send(`${id}~1~answers`, ping, n);
  const heard = await ctx.waitFor(pong);
  const told = await ctx.waitFor(ping);
  await child;
  const raced = await ctx.race("race", {
    quick: (one) =>
      one.step(
        "quick",
        effects.body("quick", () => "quick"),
      ),
    slow: (one) => one.waitFor(pong),
  });
  const last = await ctx.step(
    "last",
    effects.body("last", () => note(`last ${id}`)),
  );
  return [first, heard, told, raced.winner, last];
});
const outcome = (id: string, n: number) => [
  `first ${id}`,
  `pong ${n}`,
  n * 10,
  "quick",
  `last ${id}`,
];
const FAMILY = [everything, answers] as const;

describe("services that fail between any two operations", () => {
  it.each(["lost-reply", "throttle"] as const)(
    "121. every call of every process fails when it is first made, and all comes to its end: %s",
    async (fault) => {
      const made = new Map<string, number>();
      let failed = 0;
      const next = (action: string, body: string) => {
        const call = `${action} ${body}`;
        made.set(call, (made.get(call) ?? 0) + 1);
        if ((made.get(call) ?? 0) % 2 === 0) return undefined;
        failed += 1;
        return fault;
      };
      scenario = await openScenario({
        workflows: FAMILY,
        fault: (_, action, body) => next(action, body),
        bystanderFault: next,
      });
      const run = await scenario.start(everything, { n: 1 });
      await scenario.until(run.send(ping, 10, { idempotencyKey: "k" }));
      expect(await scenario.ending(run.result())).toEqual(outcome("run", 1));
      expect(failed).toBeGreaterThan(60);
      expect(log.toSorted()).toEqual(["answered run", "first run", "last run"]);
      expect(scenario.world.processes.every(({ isDead }) => !isDead)).toBe(true);
      await scenario.pass(2 * MINUTE);
      await scenario.sound();
    },
  );

  it("122. the store and the queue go down every few seconds and take the workers along, and no run or message is lost", async () => {
    const RUNS = 50;
    const random = seededRandom(122);
    let isDown = false;
    let isOver = false;
    let outages = 0;
    let fails = 0;
    const down = () => {
      if (!isDown) return undefined;
      fails += 1;
      return fails % 2 === 0 ? ("lost-reply" as const) : ("throttle" as const);
    };
    scenario = await openScenario({
      workflows: FAMILY,
      visibilitySeconds: 5,
      settings: { leaseMs: 3_000, leaseMarginMs: 300 },
      fault: down,
      bystanderFault: down,
    });
    const { world } = scenario;
    effects.position = () => world.outcomes.length;
    const breakDown = () => {
      if (isOver) return;
      isDown = true;
      outages += 1;
      if (outages % 2 === 0) for (const process of world.processes) process.die();
      world.clock.after(300 + random() * 700, () => {
        isDown = false;
        world.clock.after(3_000 + random() * 4_000, breakDown);
      });
    };
    world.clock.after(1_000, breakDown);
    const ids = Array.from({ length: RUNS }, (_, n) => `run-${n}`);
    const results = ids.map(async (id, n) => {
      await scenario.rest(random() * 40_000);
      const run = await scenario.savepoint.start(everything, { n }, { id });
      await scenario.rest(random() * 10_000);
      await run.send(ping, n * 10, { idempotencyKey: "k" });
      return run.result();
    });
    const outputs = (await scenario.ending(Promise.all(results))) as unknown[];
    expect(outputs).toEqual(ids.map(outcome));
    expect(outages).toBeGreaterThan(5);
    expect(world.processes.filter(({ isDead }) => isDead).length).toBeGreaterThan(5);
    isDown = false;
    expectNoCompletedStepAgain(world, effects.entered);
    isOver = true;
    await scenario.pass(3 * MINUTE);
    await scenario.sound();
  });
});
