import { afterEach, describe, expect, it } from "vitest";
import {
  type Context,
  NonDeterminismError,
  NotDurableError,
  workflow,
} from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

type Code = (ctx: Context) => Promise<unknown>;

/**
 * Plays a run under one code until it parks on its long sleep, then deploys other code; gives the
 * run some time and returns how it stands.
 */
async function redeploy(before: Code, after: Code) {
  let code = before;
  let hash = "before";
  const flow = workflow("flow", {}, (ctx: Context, _: undefined) => code(ctx));
  const world = await World.create({ workflows: [flow], code: () => hash });
  worlds.push(world);
  world.begin();
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await world.pass(60_000);
  code = after;
  hash = "after";
  await world.pass(20 * 60_000);
  const described = await world.until(run.describe());
  return {
    world,
    run,
    described,
    deploy: async (next: Code, name: string) => {
      code = next;
      hash = name;
      // Blocked runs are looked at less and less often, at least each hour.
      await world.pass(90 * 60_000);
      return world.until(run.describe());
    },
  };
}

const original: Code = async (ctx) => {
  const a = await ctx.step("a", () => 1);
  await ctx.sleep("wait", "10m");
  return a + (await ctx.step("b", () => 2));
};

describe("code that no longer matches the history", () => {
  it.each<[string, Code, { expected: string; got: string }]>([
    [
      "a renamed step",
      async (ctx) => {
        await ctx.step("renamed", () => 1);
        await ctx.sleep("wait", "10m");
      },
      { expected: 'step "a"', got: 'step "renamed"' },
    ],
    [
      "another kind under the same name",
      async (ctx) => {
        await ctx.sleep("a", "1s");
        await ctx.sleep("wait", "10m");
      },
      { expected: 'step "a"', got: 'sleep "a"' },
    ],
    [
      "an operation put before",
      async (ctx) => {
        await ctx.step("new", () => 0);
        return original(ctx);
      },
      { expected: 'step "a"', got: 'step "new"' },
    ],
    ["an operation taken away", async () => 5, { expected: 'step "a"', got: "nothing" }],
    [
      "a throw before what is recorded",
      async () => {
        throw new Error("bug");
      },
      { expected: 'step "a"', got: "nothing" },
    ],
  ])(
    "blocks the run on %s, says where, and resumes once it is mended",
    async (_, changed, error) => {
      const { described, deploy } = await redeploy(original, changed);
      expect(described.status).toBe("blocked");
      expect(described.error).toBeInstanceOf(NonDeterminismError);
      const { expected, got } = described.error as NonDeterminismError;
      expect(expected).toContain(error.expected);
      expect(got).toContain(error.got);
      // Of unchanged code it is these that lead it elsewhere.
      const { message } = described.error as NonDeterminismError;
      expect(message).toMatch(/if the code has not changed, .*Date\.now\(\), Math\.random\(\)/);
      const resumed = await deploy(original, "original");
      expect(resumed).toMatchObject({ status: "succeeded", output: 3 });
    },
  );

  it("lets no body run before the whole history has been replayed", async () => {
    let ran = 0;
    const { described } = await redeploy(original, async (ctx) => {
      const fresh = ctx.parallel("new", {
        work: (branch) => branch.step("work", () => (ran += 1)),
      });
      await ctx.step("a", () => 1);
      await ctx.step("changed", () => 1);
      return fresh;
    });
    expect(described.status).toBe("blocked");
    expect(ran).toBe(0);
  });

  it("keeps a blocked run blocked while the same code is deployed", async () => {
    const { described, world, run } = await redeploy(original, async () => 5);
    await world.pass(3 * 3_600_000);
    const later = await world.until(run.describe());
    expect(later).toMatchObject({ status: "blocked", epoch: described.epoch });
  });

  it("lets code change behind what is recorded", async () => {
    const { described } = await redeploy(original, async (ctx) => {
      await ctx.step("a", () => 1);
      await ctx.sleep("wait", "10m");
      return ctx.step("other", () => "changed");
    });
    expect(described).toMatchObject({ status: "succeeded", output: "changed" });
  });
});

describe("values derived from the run", () => {
  it("are the same after every replay, and differ by place", async () => {
    const seen: unknown[][] = [];
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      const values: unknown[] = [ctx.now(), ctx.random(), ctx.uuid()];
      seen.push(values);
      for (let i = 0; i < 3; i += 1) {
        await ctx.step("a", () => i);
        values.push(ctx.now(), ctx.random(), ctx.uuid());
      }
      await ctx.map("scopes", [1, 2], async (branch) => {
        values.push(branch.random(), branch.uuid());
      });
      return values;
    });
    const world = await World.create({
      workflows: [flow],
      settings: { operationsPerInvocation: 1 },
    });
    worlds.push(world);
    const output = await world.run<undefined, unknown[]>(flow, undefined);
    expect(seen.length).toBeGreaterThan(2);
    for (const values of seen) expect(output.slice(0, values.length)).toEqual(values);
    const randoms = output.filter((value) => typeof value === "number" && value < 1);
    expect(new Set(randoms).size).toBe(randoms.length);
    expect(output.filter((value) => typeof value === "string")).toHaveLength(6);
  });
});

describe("awaiting what is not durable", () => {
  it("fails the run with an error that says after which operation", async () => {
    const flow = workflow("flow", {}, async (ctx: Context, _: undefined) => {
      await ctx.step("a", () => 1);
      await new Promise(() => undefined);
    });
    const world = await World.create({ workflows: [flow] });
    worlds.push(world);
    const error = await world.run(flow, undefined).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotDurableError);
    expect((error as Error).message).toContain("after a");
  });
});

describe("a workflow that the worker does not have", () => {
  it("blocks the run until it is deployed", async () => {
    const flow = workflow("flow", {}, async () => "here");
    const other = workflow("other", {}, async () => "x");
    let hash = "without";
    const deployed = [other];
    const world = await World.create({ workflows: deployed, code: () => hash });
    worlds.push(world);
    world.begin();
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(5_000);
    expect(await world.until(run.describe())).toMatchObject({
      status: "blocked",
      error: { code: "workflow_not_found" },
    });
    deployed.push(flow);
    hash = "with";
    expect(await world.until(run.result())).toBe("here");
  });
});
