import { describe, expect, it } from "vitest";
import {
  type ListOptions,
  RetryAfterError,
  TerminalError,
  type Workflow,
  workflow,
} from "../../lambda/index.ts";
import { settingsFromEnvironment } from "../../lambda/engine/settings.ts";
import { errorLike, log, note, openScenario, type Scenario } from "./scenario-world.ts";

let scenario: Scenario;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const quick = workflow("quick", {}, async (ctx) => ctx.step("work", () => note("worked")));
const fails = workflow("fails", {}, async (ctx) => {
  await ctx.step("work", () => {
    throw new TerminalError("broken");
  });
});
const sleeper = workflow("sleeper", {}, async (ctx) => {
  await ctx.sleep("long", "1h");
  return "slept";
});
const parent = workflow("parent", {}, async (ctx) => {
  await ctx.run(quick, undefined, { key: "child" });
  return ctx.run(sleeper, undefined);
});

const idsOf = async (options: ListOptions): Promise<string[]> =>
  (await scenario.until(scenario.savepoint.list(options))).runs.map(({ id }) => id);

describe("a list of runs", () => {
  /** Six runs, a minute apart: quick-1, quick-2, failed, sleeping, family with two children, paused. */
  const populate = async (): Promise<number[]> => {
    scenario = await openScenario({ workflows: [quick, fails, sleeper, parent] });
    const times: number[] = [];
    for (const [id, one] of [
      ["quick-1", quick],
      ["quick-2", quick],
      ["failed", fails],
      ["sleeping", sleeper],
      ["family", parent],
      ["paused", sleeper],
    ] as readonly [string, Workflow<undefined>][]) {
      times.push(scenario.world.clock.now());
      const attributes = { kind: id.slice(0, 5), tenant: times.length % 2 === 0 ? "even" : "odd" };
      await scenario.start(one, undefined, { id, attributes });
      await scenario.pass(MINUTE);
    }
    await scenario.until(scenario.savepoint.get("paused").pause());
    return times;
  };

  it("116. is filtered by workflow, status, parent, attributes and time, and by all at once", async () => {
    const times = await populate();
    const expected: [ListOptions, string[]][] = [
      [{ workflow: "quick" }, ["family~1~child", "quick-2", "quick-1"]],
      [{ workflow: "none" }, []],
      [{ status: "succeeded" }, ["family~1~child", "quick-2", "quick-1"]],
      [{ status: "failed" }, ["failed"]],
      [{ status: "waiting" }, ["family~1~sleeper", "family", "sleeping"]],
      [{ status: "paused" }, ["paused"]],
      [{ status: "blocked" }, []],
      [{ status: "cancelled" }, []],
      [{ parent: "family" }, ["family~1~sleeper", "family~1~child"]],
      [{ parent: "quick-1" }, []],
      [{ attributes: { kind: "quick" } }, ["quick-2", "quick-1"]],
      [{ attributes: { kind: "quick", tenant: "odd" } }, ["quick-1"]],
      [{ since: times[5] ?? 0 }, ["paused"]],
      [{ until: times[2] ?? 0 }, ["quick-2", "quick-1"]],
      [{ since: times[1] ?? 0, until: times[3] ?? 0 }, ["failed", "quick-2"]],
      [{ workflow: ["fails", "sleeper"] }, ["paused", "family~1~sleeper", "sleeping", "failed"]],
      [{ status: ["paused", "failed"] }, ["paused", "failed"]],
      [{ status: ["failed", "blocked"] }, ["failed"]],
      [
        { status: ["succeeded", "failed"], workflow: ["quick", "fails"], limit: 1 },
        ["family~1~child"],
      ],
      [{ status: "failed", since: times[3] ?? 0 }, []],
      [{ workflow: "sleeper", status: "waiting", attributes: { tenant: "even" } }, ["sleeping"]],
    ];
    for (const [options, ids] of expected) {
      expect([options, await idsOf(options)]).toEqual([options, ids]);
    }
  });

  it("116. comes newest first in pages of the size asked for, filtered or not", async () => {
    await populate();
    for (const filter of [{}, { workflow: "quick" }, { status: "waiting" }] as ListOptions[]) {
      const all = await idsOf(filter);
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await scenario.until(
          scenario.savepoint.list({ ...filter, limit: 2, ...(cursor && { cursor }) }),
        );
        expect(page.runs.length).toBe(Math.min(2, all.length - paged.length));
        paged.push(...page.runs.map(({ id }) => id));
        cursor = page.next;
      } while (cursor);
      expect(paged).toEqual(all);
    }
  });

  it("116. shows a run without its values, which its description has", async () => {
    await populate();
    const [summary] = (await scenario.until(scenario.savepoint.list({ status: "failed" }))).runs;
    expect(summary).not.toHaveProperty("error");
    expect(summary).not.toHaveProperty("input");
    const described = await scenario.until(scenario.savepoint.get("failed").describe());
    expect(described).toMatchObject({
      ...summary,
      input: undefined,
      error: { message: "broken" },
      failedOperation: "work",
    });
  });

  it("116. shows what a run has recorded: attempts, errors, times, sizes and children", async () => {
    let attempts = 0;
    const varied = workflow("varied", {}, async (ctx) => {
      await ctx.step("flaky", { retry: { attempts: 3, delay: "1m", jitter: 0 } }, () => {
        if ((attempts += 1) < 2) throw new RetryAfterError("not yet", { retryAfter: "1m" });
        return "x".repeat(100);
      });
      await ctx.run(quick, undefined, { key: "child" });
      await ctx.sleep("rest", "5m");
      await ctx.run(sleeper, undefined);
    });
    scenario = await openScenario({ workflows: [varied, quick, sleeper] });
    const run = await scenario.start(varied, undefined);
    const startedAt = scenario.world.clock.now();
    await scenario.pass(10 * MINUTE);
    const history = await scenario.until(run.history());
    expect(history.map(({ key, kind, state }) => [key, kind, state])).toEqual([
      ["flaky", "step", "succeeded"],
      ["child", "run", "succeeded"],
      ["rest", "sleep", "waiting"],
      ["sleeper", "run", "waiting"],
    ]);
    const [flaky, child, rest, sleeps] = history;
    expect(flaky).toMatchObject({
      attempts: 2,
      errors: [{ attempt: 1, name: "RetryAfterError", message: "not yet" }],
      order: expect.any(Number) as number,
    });
    expect(flaky?.bytes).toBeGreaterThan(10);
    expect((flaky?.endedAt ?? 0) - startedAt).toBeGreaterThanOrEqual(MINUTE);
    expect(child?.childId).toBe("run~1~child");
    expect((rest?.wakeAt ?? 0) - (rest?.startedAt ?? 0)).toBe(5 * MINUTE);
    expect(sleeps).toMatchObject({ childId: "run~1~sleeper" });
    expect(sleeps).not.toHaveProperty("endedAt");
  });
});

describe("what is kept, and for how long", () => {
  it("118. an ended run is gone 30 days after its end, one that goes on is not, however old", async () => {
    const patient = workflow("patient", {}, async (ctx) => {
      await ctx.step("first", () => note("first"));
      await ctx.sleep("long", "400d");
      return ctx.step("second", () => note("second"));
    });
    scenario = await openScenario({ workflows: [patient, quick] });
    const { world } = scenario;
    const old = await scenario.start(patient, undefined, { id: "old" });
    const ended = await scenario.start(quick, undefined, { id: "ended" });
    await scenario.ending(ended.result());
    await world.leap(29 * DAY);
    expect(await scenario.status("ended")).toBe("succeeded");
    await world.leap(2 * DAY);
    expect(await scenario.ending(ended.status())).toEqual(errorLike("run_not_found"));
    expect(await idsOf({ workflow: "quick" })).toEqual([]);
    // Records live 395 days when nobody prolongs them.
    await world.leap(357 * DAY);
    await scenario.pass(5 * MINUTE);
    await world.dynamodb.expire();
    expect(await scenario.status("old")).toBe("waiting");
    await world.leap(13 * DAY);
    await scenario.pass(20 * MINUTE);
    await world.dynamodb.expire();
    expect(await scenario.ending(old.result())).toBe("second");
    expect(log.filter((one) => one === "first")).toHaveLength(1);
  });

  it("118. no run that has not ended can be deleted, in whatever status it is", async () => {
    let isUp = true;
    scenario = await openScenario({ workflows: [quick, sleeper], deliver: () => isUp });
    const waiting = await scenario.start(sleeper, undefined, { id: "waiting" });
    const paused = await scenario.start(sleeper, undefined, { id: "paused" });
    await scenario.pass(5_000);
    await scenario.until(paused.pause());
    isUp = false;
    const queued = await scenario.start(quick, undefined, { id: "queued" });
    for (const run of [waiting, paused, queued]) {
      expect(await scenario.status(run.id)).toBe(run.id);
      expect(await scenario.ending(run.delete())).toEqual(errorLike("run_conflict", run.id));
    }
    isUp = true;
    await scenario.until(paused.resume());
    expect(await scenario.ending(waiting.result())).toBe("slept");
    expect(await scenario.ending(queued.result())).toBe("worked");
  });
});

describe("the attributes of a run", () => {
  it("119. are checked at the start, and no run is there when they are refused", async () => {
    scenario = await openScenario({ workflows: [quick] });
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, ""]));
    for (const attributes of [{ "a b": "x" }, { a: "x".repeat(201) }, { a: 5 as never }, many]) {
      const started = scenario.savepoint.start(quick, undefined, { attributes });
      expect(await scenario.ending(started)).toEqual(errorLike("invalid_argument"));
    }
    expect(await idsOf({})).toEqual([]);
  });

  it("119. find it, go to its forks, and not to its children", async () => {
    scenario = await openScenario({ workflows: [parent, quick, sleeper] });
    const attributes = { tenant: "acme" };
    const run = await scenario.start(parent, undefined, { attributes });
    await scenario.start(parent, undefined, { id: "other", attributes: { tenant: "other" } });
    await scenario.ending(run.result());
    const fork = await scenario.until(run.fork({ from: "sleeper", id: "fork" }));
    expect(await scenario.until(fork.describe())).toMatchObject({ attributes });
    expect(await scenario.until(run.describe())).toMatchObject({ attributes });
    const child = scenario.savepoint.get("run~1~child");
    expect(await scenario.until(child.describe())).not.toHaveProperty("attributes");
    expect(await idsOf({ attributes })).toEqual(["fork", "run"]);
  });
});

describe("the end of an invocation", () => {
  it("120. gives every run back in time, with the children that were started meanwhile, and loses none", async () => {
    const loops = workflow("loops", {}, async (ctx, { index }: { index: number }) => {
      for (let n = 0; n < 12; n += 1) {
        await ctx.step(`work ${n}`, async () => {
          await scenario.rest(2_000);
          note(`${index}/${n}`);
        });
        if (n === 5) await ctx.start(quick, undefined);
      }
      return index;
    });
    scenario = await openScenario({ workflows: [loops, quick], invocationMs: 20_000 });
    const runs = [];
    for (let index = 0; index < 4; index += 1) {
      runs.push(await scenario.start(loops, { index }, { id: `run-${index}` }));
    }
    const outputs = await scenario.ending(Promise.all(runs.map((run) => run.result())));
    expect(outputs).toEqual([0, 1, 2, 3]);
    expect(log.filter((one) => one === "worked")).toHaveLength(4);
    expect(new Set(log.filter((one) => one.includes("/"))).size).toBe(48);
    expect(log).toHaveLength(52);
    expect(scenario.world.processes.every(({ isDead }) => !isDead)).toBe(true);
    expect(scenario.world.invocations).toBeGreaterThan(4);
    for (const run of runs) {
      expect(await scenario.until(run.describe())).toMatchObject({ recoveries: 0 });
    }
    await scenario.sound();
  });

  it.each(["-1", "soon", "", "NaN", "Infinity"])(
    "120. with a time limit of %j is refused when the process begins",
    (text) => {
      expect(() => settingsFromEnvironment({ SAVEPOINT_DEADLINE_MARGIN_MS: text })).toThrow(
        `SAVEPOINT_DEADLINE_MARGIN_MS is "${text}"`,
      );
    },
  );
});
