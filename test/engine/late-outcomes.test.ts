import { afterEach, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import { World, type WorldOptions } from "../../lambda/testing/world.ts";
import { expectSoundEnd } from "./invariants.ts";

let world: World;
afterEach(() => world.end());

const LEASE_MS = 12_000;
const rest = (ms: number) => new Promise<void>((done) => void world.clock.after(ms, done));

/** Goes on with whichever of two steps settles first. */
const flow = workflow("flow", {}, async (ctx) => {
  const steps = ["a", "b"].map((name) => ctx.step(name, () => rest(1_000)).then(() => name));
  const first = await Promise.race(steps);
  await ctx.step(`after ${first}`, () => undefined);
  await Promise.all(steps);
  return first;
});

const landed = LEASE_MS + 6_000;

/**
 * A run whose first owner has "a" on its way when it dies, in the place before "b", which is recorded; its taker
 * has read the history when "a" lands.
 */
async function open(ofTakers: NonNullable<WorldOptions["fault"]> = () => undefined): Promise<void> {
  let reads = 0;
  world = await World.create({
    workflows: [flow],
    visibilitySeconds: 5,
    settings: { leaseMs: LEASE_MS },
    fault: (n, action, body, process) => {
      if (process.name === "worker-1") {
        if (action === "PutItem" && body.includes('"OP#a"')) return { lateMs: landed };
        return action === "PutItem" && body.includes('"OP#b"') ? "crash-after" : undefined;
      }
      if (action !== "Query" || (reads += 1) > 1) return ofTakers(n, action, body, process);
      return { freeze: "after", until: rest(landed - world.clock.now() + world.startedAt + 2_000) };
    },
  });
}

const keysOf = async () =>
  (await world.until(world.savepoint.get("run").history())).map(({ key }) => key).toSorted();

it("an outcome that lands before the one that a taker has read leaves no trace of what followed that", async () => {
  await open();
  expect(await world.run(flow, undefined)).toBe("a");
  expect(await keysOf()).toEqual(["a", "after a", "b"]);
  await expectSoundEnd(world);
});

it.each([1, 2].flatMap((nth) => [["crash-before", nth] as const, ["crash-after", nth] as const]))(
  "nor does it when the taker dies at one of its marks (%s, mark %i)",
  async (fault, nth) => {
    let marks = 0;
    await open((_, action, body) => {
      const isMark = action === "UpdateItem" && body.includes("#q = if_not_exists");
      return isMark && (marks += 1) === nth ? fault : undefined;
    });
    expect(await world.run(flow, undefined)).toBe("a");
    expect(marks).toBeGreaterThanOrEqual(nth);
    expect(await keysOf()).toEqual(["a", "after a", "b"]);
    await expectSoundEnd(world);
  },
);
