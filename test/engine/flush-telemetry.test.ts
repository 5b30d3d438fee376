import { afterEach, expect, it } from "vitest";
import { workflow } from "../../lambda/index.ts";
import { World } from "../../lambda/testing/world.ts";

let world: World;
afterEach(() => world.end());

const quick = workflow("quick", {}, async (ctx) => ctx.step("a", () => 1));

it("telemetry that is never sent holds each invocation for two seconds at most", async () => {
  let flushes = 0;
  const flush = () => {
    flushes += 1;
    return new Promise<void>(() => undefined);
  };
  world = await World.create({
    workflows: [quick],
    concurrency: 1,
    invocationMs: 900_000,
    telemetry: { flush },
  });
  world.begin();
  const from = world.clock.now();
  for (const id of ["run-1", "run-2", "run-3"]) {
    const run = await world.until(world.savepoint.start(quick, undefined, { id }));
    await world.until(run.result());
  }
  expect(flushes).toBeGreaterThan(1);
  expect(world.clock.now() - from).toBeLessThanOrEqual(2_000 * flushes + 1_000);
});
