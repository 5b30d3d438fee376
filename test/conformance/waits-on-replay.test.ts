import { describe, expect, it } from "vitest";
import { type Context, event, workflow } from "../../lambda/index.ts";
import { firstTime, openWorld, play, recordOf, REPLAYING } from "./stage.ts";

const MINUTE = 60_000;

describe("a sleep", () => {
  it("26. is over on replay: it is slept once, however often the code comes past it", async () => {
    let passes = 0;
    const { world, history } = await play(async (ctx) => {
      passes += 1;
      await ctx.sleep("long", "3m");
      for (let n = 0; n < 4; n += 1) await ctx.step("after", () => n);
    }, REPLAYING);
    expect(passes).toBeGreaterThan(4);
    const [first] = history;
    expect(world.clock.now() - (first?.startedAt ?? 0)).toBeLessThan(4 * MINUTE);
  });

  it.each([1_000, 90_000, "0.1h"] as const)("26. of %s is recorded as that long", async (given) => {
    const { history } = await play((ctx) => ctx.sleep("rest", given));
    const [sleep] = history;
    const ms = given === "0.1h" ? 6 * MINUTE : given;
    expect((sleep?.wakeAt ?? 0) - (sleep?.startedAt ?? 0)).toBe(ms);
  });

  it.each([
    [1_500.2, 1_501],
    ["0.1ms", 1],
    ["1.0005s", 1_001],
  ] as const)("26. of a fraction, %s, is rounded up to %s ms", async (given, ms) => {
    const { history } = await play((ctx) => ctx.sleep("rest", given));
    const [sleep] = history;
    expect((sleep?.wakeAt ?? 0) - (sleep?.startedAt ?? 0)).toBe(ms);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, "soon" as "1s"])(
    "26. of %s is refused, and nothing is recorded",
    async (given) => {
      const { output, history } = await play((ctx) => ctx.sleep("rest", given));
      expect(output).toMatchObject({ code: "invalid_argument" });
      expect((output as Error).message).toContain(String(given));
      expect(history).toEqual([]);
    },
  );

  it.each(["crash-before", "crash-after"] as const)(
    "26. that has begun goes on where it was after a crash: %s",
    async (crash) => {
      const { history, described } = await play((ctx) => ctx.sleep("rest", "5m"), {
        visibilitySeconds: 5,
        fault: firstTime(
          (action, body) => action === "UpdateItem" && body.includes("#status = :waiting"),
          crash,
        ),
      });
      const [sleep] = history;
      expect((sleep?.wakeAt ?? 0) - (sleep?.startedAt ?? 0)).toBe(5 * MINUTE);
      expect((described.finishedAt ?? 0) - (sleep?.wakeAt ?? 0)).toBeLessThan(5_000);
    },
  );
});

describe("the timeout of a wait", () => {
  const wanted = event<string>("wanted");
  const other = event<string>("other");

  it("27. counts from when the wait began, though the run is woken and replayed meanwhile", async () => {
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const came = await ctx.waitFor(wanted, { timeout: "1m" });
      return came ?? "nothing came";
    });
    const world = await openWorld([flow]);
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    for (let n = 0; n < 3; n += 1) {
      await world.pass(15_000);
      await world.until(run.send(other, "wakes it"));
    }
    expect(await world.until(run.result())).toBe("nothing came");
    const [wait] = await world.until(run.history());
    const { startedAt = 0, endedAt = 0 } = wait ?? {};
    expect(endedAt - startedAt).toBeGreaterThanOrEqual(MINUTE);
    expect(endedAt - startedAt).toBeLessThan(MINUTE + 5_000);
    expect((await world.until(run.describe())).epoch).toBeGreaterThan(3);
  });

  it("27. that has passed is given again on replay, though the event has come since", async () => {
    const seen: unknown[] = [];
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const first = await ctx.waitFor(wanted, { timeout: "1m" });
      seen.push(first);
      await ctx.sleep("meanwhile it comes", "5m");
      return [first, await ctx.waitFor(wanted)];
    });
    const world = await openWorld([flow], REPLAYING);
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(3 * MINUTE);
    await world.until(run.send(wanted, "late"));
    expect(await world.until(run.result())).toEqual([undefined, "late"]);
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it.each(["crash-before", "crash-after"] as const)(
    "27. is the same after a crash as it is recorded: %s",
    async (crash) => {
      const { output, history } = await play(
        async (ctx) => [await ctx.waitFor(wanted, { timeout: "1m" }), await ctx.step("b", () => 2)],
        { fault: firstTime(recordOf("wanted"), crash) },
      );
      expect(output).toEqual([undefined, 2]);
      expect(history.map(({ key }) => key)).toEqual(["wanted", "b"]);
    },
  );

  it("27. of a token holds over replays, too", async () => {
    const { output, history } = await play(async (ctx) => {
      const token = await ctx.token<string>("callback", { timeout: "1m" });
      const came = await token.result();
      await ctx.step("after", () => 1);
      return [came, await ctx.step("last", () => 2)];
    }, REPLAYING);
    expect(output).toEqual([undefined, 2]);
    const waits = history.filter(({ kind }) => kind === "wait");
    expect(waits).toHaveLength(1);
  });
});
