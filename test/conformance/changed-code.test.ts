import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Context, NonDeterminismError, type RunHandle, workflow } from "../../lambda/index.ts";
import { bundleFunction } from "../../localstack/embedded/bundle.ts";
import { expectSoundEnd } from "../engine/invariants.ts";
import { openWorld } from "./stage.ts";

type Code = (ctx: Context) => Promise<unknown>;

const HOUR = 3_600_000;

/** A deployment whose code can be replaced; each one has a name, as by the hash of its bundle. */
async function deployed(first: Code, name = "first", version?: string) {
  let code = first;
  let hash = name;
  const flow = workflow(
    "flow",
    version === undefined ? {} : { version },
    (ctx: Context, _: undefined) => code(ctx),
  );
  const world = await openWorld([flow], { code: () => hash });
  return {
    world,
    start: (id: string) => world.until(world.savepoint.start(flow, undefined, { id })),
    deploy: (next: Code, nextName: string) => {
      code = next;
      hash = nextName;
    },
    /** How a run stands when the code that is deployed has had its time with it. */
    stands: async (run: RunHandle) => {
      // Blocked runs are looked at at least each hour; what was to happen meanwhile happens then.
      await world.leap(HOUR);
      await world.pass(3 * 60_000);
      return world.until(run.describe());
    },
  };
}

const log: string[] = [];
const step = (ctx: Context, name: string) =>
  ctx.step(name, () => {
    log.push(name);
    return name;
  });
const night = (ctx: Context) => ctx.sleep("night", "30m");

const old: Code = async (ctx) => {
  await step(ctx, "a");
  await night(ctx);
  await step(ctx, "b");
  return "old";
};

/** Patched at its first step and at its last. */
const patched: Code = async (ctx) => {
  const first = await ctx.patched("first");
  await step(ctx, first ? "new a" : "a");
  await night(ctx);
  const last = await ctx.patched("last");
  await step(ctx, last ? "new b" : "b");
  return [first, last];
};

/** The same once no run from before is left. */
const retired: Code = async (ctx) => {
  await step(ctx, "new a");
  await night(ctx);
  await step(ctx, "new b");
  return "retired";
};

describe("code that no longer goes with what is recorded", () => {
  it.each<[string, Code, { expected: string; got: string; where: string }]>([
    [
      "another step",
      async (ctx) => {
        await step(ctx, "other");
        await night(ctx);
      },
      { expected: 'step "a"', got: 'step "other"', where: "operation 0" },
    ],
    [
      "another kind of operation",
      async (ctx) => {
        await step(ctx, "a");
        await step(ctx, "night");
      },
      { expected: 'sleep "night"', got: 'step "night"', where: "operation 1" },
    ],
  ])("37. that asks for %s says what was expected, what came, and where", async (_, code, said) => {
    const { start, deploy, stands, world } = await deployed(old);
    const run = await start("run");
    await world.pass(60_000);
    deploy(code, "second");
    const { status, error } = await stands(run);
    expect(status).toBe("blocked");
    expect(error).toBeInstanceOf(NonDeterminismError);
    const { expected, got, where, message } = error as NonDeterminismError;
    expect(expected).toContain(said.expected);
    expect(got).toContain(said.got);
    expect(where).toBe(said.where);
    for (const part of Object.values(said)) expect(message).toContain(part);
  });

  it("37. that asks for another step in a branch says in which", async () => {
    const branching =
      (name: string): Code =>
      async (ctx) => {
        await ctx.map("all", [1, 2], (branch, n) => step(branch, n === 2 ? name : "a"));
        await night(ctx);
      };
    const { start, deploy, stands, world } = await deployed(branching("b"));
    const run = await start("run");
    await world.pass(60_000);
    deploy(branching("c"), "second");
    const { error } = await stands(run);
    expect(error).toBeInstanceOf(NonDeterminismError);
    expect(error).toMatchObject({
      expected: expect.stringContaining('step "all/1/b"') as string,
      got: expect.stringContaining('step "all/1/c"') as string,
      where: "operation 0 of all/1",
    });
  });

  it("41. is deployed to no avail: the run is left alone, and goes on when the former code is back", async () => {
    const { start, deploy, stands, world } = await deployed(old);
    const run = await start("run");
    await world.pass(60_000);
    log.length = 0;
    deploy(retired, "second");
    const blocked = await stands(run);
    expect(blocked.status).toBe("blocked");
    // The same code does not try it again.
    expect(await stands(run)).toMatchObject({ status: "blocked", epoch: blocked.epoch });
    const listed = await world.until(world.savepoint.list({ status: "blocked" }));
    expect(listed.runs.map(({ id }) => id)).toEqual(["run"]);
    expect(log).toEqual([]);
    deploy(old, "first");
    expect(await stands(run)).toMatchObject({ status: "succeeded", output: "old" });
    expect(log).toEqual(["b"]);
    await expectSoundEnd(world);
  });

  it("41. in a worker without the workflow leaves its runs alone, until one that has it is back", async () => {
    const flow = workflow("flow", {}, old);
    const other = workflow("other", {}, async () => 1);
    let hash = "with";
    const world = await openWorld([flow, other], {
      code: () => hash,
      workflowsOf: () => (hash === "without" ? [other] : [flow, other]),
    });
    const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
    await world.pass(60_000);
    hash = "without";
    await world.pass(HOUR);
    expect(await world.until(run.describe())).toMatchObject({
      status: "blocked",
      error: { code: "workflow_not_found" },
    });
    expect(await world.run(other, undefined, "other")).toBe(1);
    hash = "with";
    await world.pass(2 * HOUR);
    expect(await world.until(run.result())).toBe("old");
  });
});

describe("code that is changed under a patch", () => {
  it("38. at the first step and the last is not followed where a run has been, and is where it has not", async () => {
    const { start, deploy, stands, world } = await deployed(old);
    const run = await start("run");
    await world.pass(60_000);
    log.length = 0;
    deploy(patched, "second");
    expect(await stands(run)).toMatchObject({ status: "succeeded", output: [false, true] });
    expect(log).toEqual(["new b"]);
    await expectSoundEnd(world);
  });

  it("38. is followed by new runs from their start", async () => {
    const { start, stands, world } = await deployed(patched);
    log.length = 0;
    const run = await start("run");
    expect(await stands(run)).toMatchObject({ status: "succeeded", output: [true, true] });
    expect(log).toEqual(["new a", "new b"]);
    await expectSoundEnd(world);
  });

  it("38. is followed by a fork from before it, and not by one from after it", async () => {
    const { start, deploy, stands, world } = await deployed(old);
    const run = await start("run");
    await stands(run);
    deploy(patched, "second");
    const before = await world.until(run.fork({ from: "a", id: "before" }));
    const between = await world.until(run.fork({ from: "b", id: "between" }));
    const after = await world.until(run.fork({ id: "after" }));
    expect(await stands(before)).toMatchObject({ output: [true, true] });
    expect(await stands(between)).toMatchObject({ output: [false, true] });
    expect(await stands(after)).toMatchObject({ output: [false, false] });
    // The source has come to its end by other code.
    await expectSoundEnd(world, { isReplayed: false });
  });

  it("39. blocks a run when it is taken back by the old code, which names what it does not know", async () => {
    const { start, deploy, stands, world } = await deployed(patched);
    const run = await start("run");
    await world.pass(60_000);
    deploy(old, "second");
    const { status, error } = await stands(run);
    expect(status).toBe("blocked");
    expect(error).toBeInstanceOf(NonDeterminismError);
    expect((error as NonDeterminismError).expected).toContain('step "new a"');
    deploy(patched, "third");
    expect(await stands(run)).toMatchObject({ status: "succeeded", output: [true, true] });
  });

  it("39. may be made for good: code that does not ask for a patch any more accepts its record", async () => {
    const { start, deploy, stands, world } = await deployed(patched);
    const run = await start("run");
    await world.pass(60_000);
    log.length = 0;
    deploy(retired, "second");
    expect(await stands(run)).toMatchObject({ status: "succeeded", output: "retired" });
    expect(log).toEqual(["new b"]);
    await expectSoundEnd(world);
  });

  it("39. twice in one place is two decisions, each as of when a run came there", async () => {
    const twice: Code = async (ctx) => {
      const [one, two] = [await ctx.patched("one"), await ctx.patched("two")];
      await step(ctx, two ? "newest a" : one ? "new a" : "a");
      await night(ctx);
      await step(ctx, "b");
      return [one, two];
    };
    const once: Code = async (ctx) => {
      const one = await ctx.patched("one");
      await step(ctx, one ? "new a" : "a");
      await night(ctx);
      await step(ctx, "b");
      return [one];
    };
    const { start, deploy, stands, world } = await deployed(old);
    const oldest = await start("oldest");
    await world.pass(60_000);
    deploy(once, "second");
    const middle = await start("middle");
    await world.pass(60_000);
    deploy(twice, "third");
    const newest = await start("newest");
    expect(await stands(oldest)).toMatchObject({ output: [false, false] });
    expect(await stands(middle)).toMatchObject({ output: [true, false] });
    expect(await stands(newest)).toMatchObject({ output: [true, true] });
    await expectSoundEnd(world);
  });
});

describe("the name of the code", () => {
  it("40. is the hash of its bundle: the same for the same source, another for another", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bundles-"));
    try {
      const entry = join(folder, "entry.ts");
      const hashOf = async (text: string) => {
        writeFileSync(entry, `export const handler = async () => ${JSON.stringify(text)};`);
        return (await bundleFunction(entry, join(folder, "out"))).sha256;
      };
      const first = await hashOf("one");
      expect(await hashOf("one")).toBe(first);
      expect(await hashOf("two")).not.toBe(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("40. is what a workflow declares, instead: another bundle of that version is the same code", async () => {
    const { start, deploy, stands, world } = await deployed(old, "first", "v1");
    const run = await start("run");
    await world.pass(60_000);
    deploy(retired, "second");
    const blocked = await stands(run);
    deploy(old, "third");
    expect(await stands(run)).toMatchObject({ status: "blocked", epoch: blocked.epoch });
    // Somebody who knows better says so.
    await world.until(run.resume());
    expect(await stands(run)).toMatchObject({ status: "succeeded", output: "old" });
  });
});
