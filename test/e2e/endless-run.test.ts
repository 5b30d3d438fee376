import { afterAll, beforeAll, expect, test } from "vitest";
import { NoProgressError } from "../../lambda/index.ts";
import { bundleFixtures, type Deployment, deploy, type Fixtures } from "./deployment.ts";
import { decent, endless } from "./fixtures/workflows.ts";

let fixtures: Fixtures;
let deployment: Deployment;
beforeAll(async () => {
  fixtures = await bundleFixtures();
  deployment = await deploy({ bundles: fixtures.bundles });
}, 120_000);
afterAll(async () => {
  await deployment.close();
  fixtures.remove();
});

test("a run whose code never comes back fails, and leaves a worker for the others", async () => {
  const { savepoint } = deployment;
  const stuck = await savepoint.start(endless, undefined, { id: "endless" });
  await expect(stuck.result()).rejects.toBeInstanceOf(NoProgressError);
  const other = await savepoint.start(decent, { n: 3 }, { id: "decent" });
  expect(await other.result()).toBe(9);
}, 180_000);
