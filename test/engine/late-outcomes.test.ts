import { afterEach, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";
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

it("an outcome that lands before the one that a taker has read leaves no trace of what followed that", async () => {
  const landed = LEASE_MS + 6_000;
  let reads = 0;
  world = await World.create({
    workflows: [flow],
    visibilitySeconds: 5,
    settings: { leaseMs: LEASE_MS },
    fault: (_, action, body, { name }) => {
      if (name === "worker-1") {
        // "a" has the place before "b", and is written when the taker has read the history.
        if (action === "PutItem" && body.includes('"OP#a"')) return { lateMs: landed };
        return action === "PutItem" && body.includes('"OP#b"') ? "crash-after" : undefined;
      }
      if (action !== "Query" || (reads += 1) > 1) return undefined;
      return { freeze: "after", until: rest(landed - world.clock.now() + world.startedAt + 2_000) };
    },
  });
  expect(await world.run(flow, undefined)).toBe("a");
  expect(reads).toBeGreaterThan(1);
  const keys = (await world.until(world.savepoint.get("run").history())).map(({ key }) => key);
  expect(keys.toSorted()).toEqual(["a", "after a", "b"]);
  await expectSoundEnd(world);
});
