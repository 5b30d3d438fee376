import { afterEach, describe, expect, it } from "vitest";
import {
  CancelledError,
  event,
  type RunHandle,
  type Workflow,
  workflow,
} from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { rowOf } from "../sim/rows.ts";
import { withCrashes } from "./sample.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

const DAY = 24 * 3_600_000;
const rest = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve));
const note = event<number>("note");

const shared = workflow("shared", {}, async (ctx) => {
  await ctx.sleep("long", "2m");
  return "of the shared one";
});

/** What brings a worker to a row of the transitions, and how the run of it comes to its end. */
interface Case {
  readonly workflows: readonly [Workflow, ...Workflow[]];
  readonly options?: Partial<WorldOptions>;
  /** The row at which an earlier worker dies, before its first call of it. */
  readonly diesBefore?: string;
  /** What others do to it before a worker has seen it. */
  readonly before?: (run: RunHandle) => Promise<void>;
  /** What others do to it until it ends by itself. */
  readonly meanwhile?: (run: RunHandle) => Promise<void>;
}

let version = 1;
const CASES: Readonly<Record<string, () => Case>> = {
  heartbeat: () => ({
    workflows: [workflow("flow", {}, (ctx) => ctx.step("long", () => rest(25_000)))],
  }),
  trim: () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        const got: number[] = [];
        while (got.length < 20) got.push(await ctx.waitFor(note));
        await ctx.step("long", () => rest(25_000));
        return [got.length, await ctx.waitFor(note, { timeout: "10m" })];
      }),
    ],
    before: async (run) => {
      for (let n = 1; n <= 21; n += 1) await world.until(run.send(note, n));
    },
  }),
  patch: () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        const isNew = await ctx.patched("new way");
        return ctx.step("step", () => isNew);
      }),
    ],
  }),
  "claim over a lease": () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        await ctx.step("one", () => 1);
        return ctx.step("two", () => "done");
      }),
    ],
    diesBefore: "step result",
  }),
  // It takes the place of one that was put as cancelled.
  "child start": () => ({
    workflows: [workflow("flow", {}, (ctx) => ctx.run(shared, undefined)), shared],
    diesBefore: "child start",
    meanwhile: async (run) => {
      await world.pass(1_000);
      await world.until(run.terminate());
      await world.pass(60_000);
      const child = world.savepoint.get("run~1~shared");
      expect(await world.until(child.status())).toBe("cancelled");
      await world.until(run.resume());
    },
  }),
  "hand over": () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        for (let n = 1; n <= 3; n += 1) await ctx.step("step", () => n);
        return "done";
      }),
    ],
    options: { settings: { operationsPerInvocation: 1 } },
  }),
  "deadline abort": () => {
    let tries = 0;
    return {
      workflows: [
        workflow("flow", {}, (ctx) =>
          ctx.step("long", ({ signal }) => {
            tries += 1;
            return tries > 2 ? "done" : new Promise<never>(() => void signal.aborted);
          }),
        ),
      ],
      options: { invocationMs: 60_000 },
    };
  },
  block: () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        await ctx.step(version === 2 ? "other" : "first", () => 1);
        return ctx.waitFor(note);
      }),
    ],
    options: { code: () => `code-${version}` },
    meanwhile: async (run) => {
      await world.pass(5_000);
      version = 2;
      await world.until(run.send(note, 1));
      await world.pass(3 * 60_000);
      expect(await world.until(run.status())).toBe("blocked");
      version = 3;
    },
  }),
  "release as paused": () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        await ctx.step("long", () => rest(10_000));
        return ctx.step("last", () => "done");
      }),
    ],
    meanwhile: async (run) => {
      await world.pass(2_000);
      await world.until(run.pause());
      await world.pass(5 * 60_000);
      expect(await world.until(run.status())).toBe("paused");
      await world.until(run.resume());
    },
  }),
  "put as cancelled": () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        try {
          return await ctx.run(shared, undefined);
        } catch (error) {
          return error instanceof CancelledError ? "cancelled" : "odd";
        }
      }),
      shared,
    ],
    diesBefore: "child start",
    meanwhile: async (run) => {
      await world.pass(1_000);
      await world.until(run.cancel({ reason: "enough" }));
      await world.pass(2 * 60_000);
      expect(await world.until(run.status())).toBe("cancelled");
      const child = world.savepoint.get("run~1~shared");
      expect(await world.until(child.status())).toBe("cancelled");
      expect(await world.until(child.history())).toEqual([]);
    },
  }),
  "waiter joins": () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        await ctx.start(shared, undefined, { id: "shared" });
        return ctx.run(shared, undefined, { id: "shared", key: "joined" });
      }),
      shared,
    ],
  }),
  restamp: () => ({
    workflows: [
      workflow("flow", {}, async (ctx) => {
        const first = await ctx.step("first", () => "kept");
        await ctx.sleep("long", "500d");
        return first;
      }),
    ],
    meanwhile: async () => {
      await world.pass(1_000);
      await world.leap(389 * DAY);
      await world.pass(5 * 60_000);
      await world.dynamodb.expire();
      await world.leap(111 * DAY);
      await world.dynamodb.expire();
    },
  }),
};

/** What the cancel of a run comes to. */
function endOfCancelled(error: unknown): string {
  if (error instanceof CancelledError) return error.message;
  throw error;
}

/** Plays a case; what it came to, and how often its workers came to the row. */
async function played(name: string, fault?: "crash-before" | "crash-after") {
  const { workflows, options, diesBefore, before, meanwhile } = CASES[name]?.() ?? {
    workflows: [],
  };
  const [flow] = workflows;
  if (!flow) throw new Error(`there is no case ${name}`);
  version = 1;
  let seen = 0;
  let isDead = false;
  world = await World.create({
    visibilitySeconds: 5,
    ...options,
    workflows,
    fault: (_, action, body) => {
      const row = rowOf(action, body);
      if (row === diesBefore && !isDead) {
        isDead = true;
        return "crash-before";
      }
      if (row !== name) return undefined;
      seen += 1;
      return seen === 1 ? fault : undefined;
    },
  });
  const run = await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  await before?.(run);
  world.begin();
  await meanwhile?.(run);
  const output = await world.until(run.result().catch(endOfCancelled));
  await world.pass(3 * 60_000);
  // A list, which that looks at, reads no more than 400 days.
  if (name !== "restamp") await expectSoundEnd(world, { isReplayed: false });
  return { output, seen };
}

describe("a worker that dies just before or after its first call of a row leaves the run to end the same", () => {
  it.each(withCrashes(CASES))("%s: %s", async (name, fault) => {
    const calm = await played(name);
    expect(calm.seen).toBeGreaterThan(0);
    await world.end();
    const hit = await played(name, fault);
    expect(hit.seen).toBeGreaterThan(0);
    expect(hit.output).toEqual(calm.output);
  });
});
