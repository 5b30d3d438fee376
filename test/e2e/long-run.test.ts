import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleFixtures, type Deployment, deploy, type Fixtures } from "./deployment.ts";
import { longHaul } from "./fixtures/workflows.ts";
import { expectNoCompletedStepAgain, recordedSteps } from "./recorded-steps.ts";

let fixtures: Fixtures;
let deployment: Deployment;
beforeAll(async () => {
  fixtures = await bundleFixtures();
  deployment = await deploy({ bundles: fixtures.bundles, workerTimeoutSeconds: 3 });
}, 120_000);
afterAll(async () => {
  await deployment.close();
  fixtures.remove();
});

test("twenty half-second steps go through invocations of 3 s, and each step happens once", async () => {
  const { savepoint, effects, stack, log } = deployment;
  const run = await savepoint.start(longHaul, { steps: 20 }, { id: "long" });
  expect(await run.result()).toBe(210);
  expect(effects.requests.map(({ name }) => name)).toEqual(
    Array.from({ length: 20 }, (_, index) => `haul-${index + 1}`),
  );
  const steps = await recordedSteps(stack.dynamodb);
  expect(expectNoCompletedStepAgain(effects.requests, steps)).toBe(0);
  // Twenty half seconds take four invocations of 3 s at least, and each claims the run anew.
  expect((await run.describe()).epoch).toBeGreaterThanOrEqual(4);
  expect(log.lines.filter(({ message }) => message.includes("Task timed out"))).toEqual([]);
}, 180_000);
