import { afterEach, describe, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import { Process } from "../../lambda/testing/process.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { rowOf } from "../sim/rows.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

/** The next look at a run comes a minute after it was pushed out, and the next minute after that. */
const NEXT_LOOK_MS = 2 * 60_000;
/** How often the test looks whether all is over, milliseconds. */
const LOOK_MS = 10_000;

const brief = workflow("flow", {}, (ctx) => ctx.step("only", () => "done"));
const long = workflow("flow", {}, async (ctx) => {
  await ctx.sleep("long", "17m");
  return "slept";
});
const child = workflow("child", {}, async (ctx) => {
  await ctx.sleep("long", "5h");
});
const parent = workflow("flow", {}, (ctx) => ctx.run(child, undefined));

/** A run that needs the sweeper, and when it is over. */
interface Case {
  readonly options: Partial<WorldOptions> & Pick<WorldOptions, "workflows">;
  /** What brings it about that the sweeper is needed, once the run is started. */
  readonly prepare?: () => Promise<void>;
  /** How it ends, and its child if it has one. */
  readonly ends: readonly string[];
}

/** A hint sent by somebody who is not the sweeper is lost. */
const lostHints = (): Partial<WorldOptions> => ({
  deliveryPlan: {
    copies: (_, sender) => (sender.startsWith("sweeper") ? [0] : []),
    next: () => 0,
  },
});
const terminated = async () => {
  await world.pass(5_000);
  const dying = new Process("client-1");
  void world.clientOf(dying).get("run").terminate();
  await world.pass(1_000);
  expect(dying.isDead).toBe(true);
};

const CASES: Readonly<Record<string, () => Case>> = {
  "a run whose hint was lost": () => ({
    options: { workflows: [brief], ...lostHints() },
    ends: ["run succeeded"],
  }),
  "a run that sleeps for longer than a hint can be delayed": () => ({
    options: { workflows: [long] },
    ends: ["run succeeded"],
  }),
  "a run that has ended and owes its child a cancel": () => ({
    options: { workflows: [parent, child] },
    prepare: terminated,
    ends: ["run cancelled", "run~1~child cancelled"],
  }),
};

interface Death {
  readonly row: "look for due runs" | "sweep" | "send hint";
  readonly fault: "crash-before" | "crash-after";
}

/** Plays a case until all has ended; how long that took, and the sweepers that there were. */
async function played(name: string, death?: Death) {
  const { options, prepare, ends } = CASES[name]?.() ?? {};
  if (!options) throw new Error(`there is no case ${name}`);
  const sweepers = new Set<string>();
  const seen = { sweep: 0, "send hint": 0, "look for due runs": 0 };
  world = await World.create({
    ...options,
    bystanderFault: (action, body, { name: process }) => {
      const row = rowOf(action, body);
      if (process === "client-1") return row === "terminate" ? "crash-after" : undefined;
      if (!process.startsWith("sweeper") || !(row in seen)) return undefined;
      sweepers.add(process);
      seen[row as keyof typeof seen] += 1;
      return row === death?.row && seen[row] === 1 ? death.fault : undefined;
    },
  });
  const [flow] = options.workflows;
  if (!flow) throw new Error("there is no workflow");
  await world.until(world.savepoint.start(flow, undefined, { id: "run" }));
  world.begin();
  await prepare?.();
  const endedAt = await world.until(over(ends ?? []));
  await world.pass(5 * 60_000);
  await expectSoundEnd(world);
  return { tookMs: endedAt - world.startedAt, sweepers: sweepers.size, seen };
}

/** Resolves when the runs have ended so, owing nothing. */
async function over(ends: readonly string[]): Promise<number> {
  for (;;) {
    const { runs } = await world.savepoint.list({ limit: 10 });
    const metas = await world.store.readRuns(runs.map(({ id }) => id));
    const now = [...metas.values()].map(
      ({ id, status, owed }) => `${id} ${status}${owed.join("")}`,
    );
    if (now.sort().join() === ends.join()) return world.clock.now();
    await new Promise<void>((resolve) => void world.clock.after(LOOK_MS, resolve));
  }
}

describe("a sweeper that dies is followed by another, which costs no run more than one more look", () => {
  const deaths = (["look for due runs", "sweep", "send hint"] as const).flatMap((row) =>
    (["crash-before", "crash-after"] as const).map((fault) => ({ row, fault })),
  );
  it.each(Object.keys(CASES).flatMap((name) => deaths.map((death) => ({ name, ...death }))))(
    "$name: $fault $row",
    async ({ name, row, fault }) => {
      const calm = await played(name);
      expect(calm.sweepers).toBe(1);
      expect(calm.seen.sweep).toBeGreaterThan(0);
      await world.end();
      const hit = await played(name, { row, fault });
      expect(hit.sweepers).toBeGreaterThan(1);
      expect(hit.tookMs).toBeLessThanOrEqual(calm.tookMs + NEXT_LOOK_MS);
      // The push comes first: who dies before it costs no more than a minute, and who dies after the hint nothing.
      if (row === "send hint" && fault === "crash-after") expect(hit.tookMs).toBe(calm.tookMs);
    },
  );
});
