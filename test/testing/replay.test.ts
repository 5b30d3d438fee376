import { afterEach, describe, expect, it } from "vitest";
import { type Context, event, type RecordedHistory, workflow } from "../../lambda/index.ts";
import { replay } from "../../lambda/testing/replay.ts";
import { World } from "../../lambda/testing/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

type Code = (ctx: Context, input?: unknown) => Promise<unknown>;

const one = () => 1;
const child = workflow("child", {}, async (ctx: Context, _: undefined) => ctx.step("work", one));
const ready = event<string>("ready");

/** A workflow of that function. */
const flowOf = (run: Code) =>
  workflow("flow", {}, (ctx: Context, input: unknown) => run(ctx, input));

/** A world with a run of the function, started. */
async function begun(run: Code) {
  const flow = flowOf(run);
  const world = await World.create({ workflows: [flow, child] });
  worlds.push(world);
  world.begin();
  const handle = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  return { world, run: handle };
}

/** The history of a run of the function that has ended, as it comes from a file. */
async function historyOf(run: Code): Promise<RecordedHistory> {
  const { world, run: handle } = await begun(run);
  await world.until(handle.result().catch(() => undefined));
  return exported(world);
}

const exported = async (world: World): Promise<RecordedHistory> =>
  JSON.parse(JSON.stringify(await world.until(world.savepoint.get("run").export())));

describe("the replay of a recorded history", () => {
  it.each<[string, Code]>([
    ["steps", async (ctx) => [await ctx.step("a", one), await ctx.step("b", () => new Date(0))]],
    [
      "sleeps, also after others",
      async (ctx) => {
        await ctx.sleep("rest", "2m");
        const all = [ctx.step("a", one), ctx.sleep("b", "2s")];
        return (await Promise.allSettled(all)).length + ctx.random();
      },
    ],
    [
      "children, awaited and not",
      async (ctx) => {
        await ctx.start(child, undefined, { key: "detached" });
        return ctx.run(child, undefined);
      },
    ],
    [
      "a failure",
      async (ctx) => {
        await ctx.step("bad", { retry: { attempts: 2 } }, () => {
          throw new RangeError("always");
        });
      },
    ],
    [
      "a race",
      async (ctx) =>
        ctx.race("first", {
          fast: (branch) => branch.sleep("fast", "1s"),
          slow: (branch) => branch.run(child, undefined),
        }),
    ],
    [
      "another round",
      async (ctx, input) => {
        await ctx.step("a", () => input);
        return input === "last" ? "done" : ctx.continueAsNew("last");
      },
    ],
  ])("passes on unchanged code with %s, and runs no body", async (_, code) => {
    const history = await historyOf(code);
    const bodiless = (ctx: Context): Context => ({
      ...ctx,
      step: (name: string) => ctx.step(name, () => Promise.reject(new Error("a body is run"))),
    });
    const replayed = await replay(
      flowOf((ctx, input) => code(bodiless(ctx), input)),
      history,
    );
    expect(replayed).toEqual({ operations: history.operations.length, isEnded: true });
  });

  const two = async (ctx: Context) => `${await ctx.step("a", one)}${await ctx.step("b", one)}`;

  it.each<[string, Code, RegExp]>([
    [
      "a renamed step",
      async (ctx) => `${await ctx.step("a", one)}${await ctx.step("c", one)}`,
      /operation 1: expected step "b".*got step "c"/,
    ],
    [
      "a swapped order",
      async (ctx) => `${await ctx.step("b", one)}${await ctx.step("a", one)}`,
      /at operation 0: expected step "b" \(number 2.*got step "b" \(number 1/,
    ],
    ["a step left out", (ctx) => ctx.step("a", one), /no longer asks for step "b"/],
    [
      "one step more",
      async (ctx) => `${await two(ctx)}${await ctx.step("c", one)}`,
      /expected that it succeeds with '11', got that it asks for step "c"/,
    ],
    [
      "another output",
      async (ctx) => `${await two(ctx)}!`,
      /expected that it succeeds with '11', got that it succeeds with '11!'/,
    ],
    [
      "an error instead",
      async (ctx) => {
        await two(ctx);
        throw new RangeError("now it fails");
      },
      /expected that it succeeds with '11', got that it fails with RangeError: now it fails/,
    ],
    [
      "another round instead",
      async (ctx) => {
        await two(ctx);
        return ctx.continueAsNew(undefined);
      },
      /got that it continues as new/,
    ],
  ])("fails on code with %s, and says where", async (_, code, message) => {
    const history = await historyOf(two);
    await expect(replay(flowOf(two), history)).resolves.toMatchObject({ isEnded: true });
    const failed = replay(flowOf(code), history);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({
      code: "non_determinism",
      where: expect.any(String) as unknown,
    });
  });

  const patchedCode: Code = async (ctx) => {
    const first = await two(ctx);
    return (await ctx.patched("more")) ? ctx.step("c", one) : first;
  };

  it("passes on code whose patch older runs do not follow", async () => {
    await expect(replay(flowOf(patchedCode), await historyOf(two))).resolves.toBeDefined();
    const patched = await historyOf(patchedCode);
    expect(patched.operations.map(({ key }) => key)).toContain("@patch/more");
    await expect(replay(flowOf(patchedCode), patched)).resolves.toMatchObject({ isEnded: true });
  });

  it("goes as far as the history of a run that waits, and no further", async () => {
    const waits: Code = async (ctx) => {
      await ctx.step("a", one);
      const [said] = await Promise.all([ctx.waitFor(ready), ctx.sleep("long", "1h")]);
      return said;
    };
    const { world } = await begun(waits);
    await world.pass(60_000);
    const history = await exported(world);
    expect(history.run.status).toBe("waiting");
    const replayed = await replay(flowOf(waits), history);
    expect(replayed).toEqual({ operations: 3, isEnded: false });
    const early: Code = async (ctx) => ctx.step("a", one);
    await expect(replay(flowOf(early), history)).rejects.toThrow(/no longer asks for sleep "long"/);
    const less: Code = async (ctx) => {
      await ctx.step("a", one);
      await ctx.waitFor(ready);
    };
    await expect(replay(flowOf(less), history)).rejects.toThrow(/no longer asks for sleep "long"/);
    const other: Code = async (ctx) => {
      await ctx.step("a", one);
      await Promise.all([ctx.sleep("long", "1h"), ctx.waitFor(ready)]);
    };
    await expect(replay(flowOf(other), history)).rejects.toThrow(
      /at operation 1: expected sleep "long" .number 3/,
    );
    const more: Code = async (ctx) => {
      await waits(ctx);
      await ctx.step("later", one);
    };
    await expect(replay(flowOf(more), history)).resolves.toMatchObject({ isEnded: false });
  });

  it("takes the history of a run that waits for a child", async () => {
    const slow = workflow("slow", {}, async (ctx: Context) => ctx.sleep("long", "1h"));
    const waits: Code = async (ctx) => ctx.run(slow, undefined);
    const { world } = await begun(waits);
    await world.pass(1_000);
    const history = await exported(world);
    expect(history.operations).toMatchObject([{ kind: "run", childId: "run~1~slow" }]);
    await expect(replay(flowOf(waits), history)).resolves.toMatchObject({ isEnded: false });
  });

  const cleansUp: Code = async (ctx) => {
    try {
      await ctx.sleep("long", "1h");
    } finally {
      await ctx.step("clean", one);
    }
  };

  it("takes the history of a cancelled run, whose clean-up is checked as well", async () => {
    const { world, run } = await begun(cleansUp);
    await world.pass(60_000);
    await world.until(run.cancel({ reason: "enough" }));
    await world.until(run.result().catch(() => undefined));
    const history = await exported(world);
    expect(history.operations.map(({ key }) => key)).toEqual(["@cancel", "clean", "long"]);
    await expect(replay(flowOf(cleansUp), history)).resolves.toMatchObject({ isEnded: true });
    const leaves: Code = async (ctx) => ctx.sleep("long", "1h");
    await expect(replay(flowOf(leaves), history)).rejects.toThrow(
      /no longer asks for step "clean"/,
    );
  });

  it("takes the history of a terminated run up to where it was", async () => {
    const { world, run } = await begun(cleansUp);
    await world.pass(60_000);
    await world.until(run.terminate());
    // Its sleep would be over by then.
    await world.pass(2 * 3_600_000);
    const history = await exported(world);
    await expect(replay(flowOf(cleansUp), history)).resolves.toMatchObject({ isEnded: false });
    const sleeps: Code = async (ctx) => ctx.sleep("long", "1h");
    await expect(replay(flowOf(sleeps), history)).resolves.toMatchObject({ isEnded: false });
    const renamed: Code = async (ctx) => ctx.sleep("longer", "1h");
    await expect(replay(flowOf(renamed), history)).rejects.toThrow(/expected sleep "long"/);
  });

  it("takes the histories of a run that was resumed, and of its fork", async () => {
    let isMended = false;
    const mends: Code = async (ctx, input) => {
      const drawn = await ctx.step("draw", () => 7);
      const chance = ctx.random();
      await ctx.step("bad", { retry: { attempts: 1 } }, () => {
        if (!isMended) throw new RangeError("not yet");
      });
      return [drawn, chance, input];
    };
    const { world, run } = await begun(mends);
    await expect(world.until(run.result())).rejects.toThrow("not yet");
    isMended = true;
    await world.until(run.resume());
    const output = await world.until(run.result());
    const resumed = await world.until(run.export());
    await expect(replay(flowOf(mends), resumed)).resolves.toMatchObject({ isEnded: true });
    const fork = await world.until(run.fork({ from: "bad", input: 8 }));
    expect(await world.until(fork.result())).toEqual([...(output as unknown[]).slice(0, 2), 8]);
    const forked = await world.until(fork.export());
    await expect(replay(flowOf(mends), forked)).resolves.toMatchObject({ isEnded: true });
  });

  it("refuses what is no history, and that of another workflow", async () => {
    const history = await historyOf(two);
    await expect(replay(child, history)).rejects.toThrow(/of workflow "flow".*by "child"/);
    const cut = { ...history, run: { ...history.run, status: "done" } };
    await expect(replay(flowOf(two), cut)).rejects.toThrow(/run\.status/);
    await expect(replay(flowOf(two), { ...history, format: 2 })).rejects.toThrow(/format/);
    await expect(replay(flowOf(two), JSON.stringify(history))).rejects.toThrow(/parse it as JSON/);
  });
});
