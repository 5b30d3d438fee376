import { describe, expect, it } from "vitest";
import { type Context, event, workflow } from "../../lambda/index.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import type { World } from "../../lambda/testing/world.ts";
import { outcome } from "../engine/outcome.ts";
import { finishAs, firstTime, frozenBefore, openWorld, recordOf, rest } from "./stage.ts";

/** A workflow of two steps and a sleep, and what its bodies did. */
function counting() {
  const bodies: string[] = [];
  const flow = workflow("flow", {}, async (ctx: Context, who: string) => {
    await ctx.step("first", () => void bodies.push(`first of ${who}`));
    await ctx.sleep("rest", "1m");
    return ctx.step("last", () => {
      bodies.push(`last of ${who}`);
      return bodies.length;
    });
  });
  return { bodies, flow };
}

const both = ["first of ada", "last of ada"];

describe("an id that is started again", () => {
  it("24. runs nothing again: not while the run goes on, not when it has ended", async () => {
    const { bodies, flow } = counting();
    const world = await openWorld([flow]);
    const start = () => world.until(world.savepoint.start(flow, "ada", { id: "run" }));
    await start();
    await world.pass(5_000);
    const during = await start();
    expect(await world.until(during.result())).toBe(2);
    const after = await start();
    expect(await world.until(after.result())).toBe(2);
    await world.pass(5 * 60_000);
    expect(bodies).toEqual(both);
    await expectSoundEnd(world);
  });

  it("24. under another id runs everything anew", async () => {
    const { bodies, flow } = counting();
    const world = await openWorld([flow]);
    expect(await world.run(flow, "ada", "one")).toBe(2);
    expect(await world.run(flow, "ada", "other")).toBe(4);
    expect(bodies).toEqual([...both, ...both]);
  });

  it.each([0, 5_000, 90_000])(
    "29. by several at a time is one run, and all get its result: the others arrive %s ms later",
    async (pauseMs) => {
      const { bodies, flow } = counting();
      let puts = 0;
      const world = await openWorld([flow], {
        bystanderFault: (action) =>
          action === "PutItem" && (puts += 1) > 1 ? { pauseMs } : undefined,
      });
      const start = () => world.savepoint.start(flow, "ada", { id: "run" });
      const handles = await world.until(Promise.all([start(), start(), start()]));
      const results = await world.until(Promise.all(handles.map((run) => run.result())));
      expect(puts).toBe(3);
      expect(results).toEqual([2, 2, 2]);
      expect(bodies).toEqual(both);
      expect((await world.until(world.savepoint.list())).runs).toHaveLength(1);
      await expectSoundEnd(world);
    },
  );
});

describe("a child of a constant id", () => {
  const open = async (options: Parameters<typeof openWorld>[1] = {}) => {
    const { bodies, flow: child } = counting();
    const parent = workflow("parent", {}, async (ctx: Context, who: string) => {
      const given = await ctx.run(child, "ada", { id: "shared" });
      return ctx.step("own", () => {
        bodies.push(`own of ${who}`);
        return given;
      });
    });
    return { bodies, parent, world: await openWorld([parent, child], options) };
  };

  it("25. runs once, as its parent does, when the parent is started twice", async () => {
    const { bodies, parent, world } = await open();
    expect(await world.run(parent, "p", "p")).toBe(2);
    expect(await world.run(parent, "p", "p")).toBe(2);
    expect(bodies).toEqual([...both, "own of p"]);
  });

  it("25. runs once for two parents, and gives both its output", async () => {
    const { bodies, parent, world } = await open();
    const runs = await world.until(
      Promise.all(["p", "q"].map((id) => world.savepoint.start(parent, id, { id }))),
    );
    expect(await world.until(Promise.all(runs.map((run) => run.result())))).toEqual([2, 2]);
    expect([...bodies].sort()).toEqual([...both, "own of p", "own of q"].sort());
    await expectSoundEnd(world);
  });

  it.each(["crash-before", "crash-after"] as const)(
    "25. runs once when its parent's process dies as it starts it: %s",
    async (crash) => {
      const { bodies, parent, world } = await open({
        fault: firstTime(
          (action, body) => action === "PutItem" && body.includes("RUN#shared"),
          crash,
        ),
      });
      expect(await world.run(parent, "p", "p")).toBe(2);
      expect(bodies).toEqual([...both, "own of p"]);
      await expectSoundEnd(world);
    },
  );
});

describe("one thing done by two at a time", () => {
  it("30. a step at which two workers are is recorded once, and the run goes on with that result", async () => {
    let entered = 0;
    const seen: number[] = [];
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      seen.push(await ctx.step("work", () => (entered += 1)));
      await ctx.step("after", () => rest(world, 200_000));
      return seen.at(-1);
    });
    const world: World = await openWorld([flow], frozenBefore(recordOf("work")));
    const output = await world.run<undefined, number | undefined>(flow, undefined);
    expect(entered).toBe(2);
    expect(output).toBe(2);
    expect(new Set(seen)).toEqual(new Set([2]));
    await expectSoundEnd(world);
  });

  it("30. a message sent twice under one key at a time arrives once", async () => {
    const note = event<number>("note");
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const first = await ctx.waitFor(note);
      return [first, await ctx.waitFor(note, { timeout: "1m" })];
    });
    const world = await openWorld([flow]);
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    const send = () => run.send(note, 1, { idempotencyKey: "one" });
    await world.until(Promise.all([send(), send(), send()]));
    expect(await world.until(run.result())).toEqual([1, undefined]);
  });

  it("30. a token completed by two at a time is completed by one of them", async () => {
    let token = "";
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const callback = await ctx.token<number>("callback");
      ({ token } = callback);
      return callback.result();
    });
    const world = await openWorld([flow]);
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(5_000);
    const complete = (value: number) =>
      world.savepoint.completeToken(token, value).then(
        () => value,
        (error: unknown) => error,
      );
    const said = await world.until(Promise.all([complete(1), complete(2)]));
    const winner = said.find((one) => typeof one === "number");
    expect(said).toContainEqual(expect.objectContaining({ code: "token_invalid" }));
    expect(await world.until(run.result())).toBe(winner);
  });

  it("32. a run whose hint comes many times at once runs its bodies once", async () => {
    const { bodies, flow } = counting();
    for (const concurrency of [1, 4]) {
      bodies.length = 0;
      const world = await openWorld([flow], {
        concurrency,
        deliveryPlan: { copies: () => [0, 0, 0], next: () => 0 },
      });
      expect(await world.run(flow, "ada")).toBe(2);
      await world.pass(5 * 60_000);
      expect(bodies).toEqual(both);
      expect(await world.until(world.savepoint.get("run").describe())).toMatchObject({
        // The second claim is that after the sleep.
        epoch: 2,
        recoveries: 0,
      });
      await expectSoundEnd(world);
    }
  });
});

describe("a connection that breaks just after a write took effect", () => {
  it.each<[string, Parameters<typeof firstTime>[0]]>([
    ["claim", (action, body) => action === "UpdateItem" && body.includes("#epoch + :one")],
    ["record of a step", recordOf("first")],
    ["record of a sleep", recordOf("rest", "any")],
    ["park", (action, body) => action === "UpdateItem" && body.includes("#status = :waiting")],
    ["finish", finishAs("succeeded")],
  ])(
    "34. of a worker's %s: the write is known again, and nothing is done twice",
    async (_, write) => {
      const { bodies, flow } = counting();
      const world = await openWorld([flow], { fault: firstTime(write, "lost-reply") });
      expect(await world.run(flow, "ada")).toBe(2);
      expect(bodies).toEqual(both);
      await expectSoundEnd(world);
    },
  );

  it("34. of a client's start: the start succeeds, and there is one run", async () => {
    const { bodies, flow } = counting();
    let isLost = false;
    const world = await openWorld([flow], {
      bystanderFault: (action) => {
        if (action !== "PutItem" || isLost) return undefined;
        isLost = true;
        return "lost-reply";
      },
    });
    expect(await outcome(world, world.run(flow, "ada"))).toBe(2);
    expect(isLost).toBe(true);
    expect(bodies).toEqual(both);
    await expectSoundEnd(world);
  });
});
