import { afterAll, beforeAll, expect, test } from "vitest";
import { NoProgressError } from "../../lambda/index.ts";
import { DEAD_LETTER_QUEUE } from "../../localstack/embedded/resources.ts";
import { bundleFixtures, type Deployment, deploy, type Fixtures } from "./deployment.ts";
import { deadly, decent, gate } from "./fixtures/workflows.ts";
import { expectNoCompletedStepAgain, recordedSteps } from "./recorded-steps.ts";

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

let fixtures: Fixtures;
let deployment: Deployment;
beforeAll(async () => {
  fixtures = await bundleFixtures();
  deployment = await deploy({ bundles: fixtures.bundles, workerConcurrency: 1 });
}, 120_000);
afterAll(async () => {
  await deployment.close();
  fixtures.remove();
});

/** Starts all runs while the only worker is busy: their hints gather, and go out as one batch. */
async function startTogether() {
  const { savepoint, effects } = deployment;
  const open = effects.hold("gate");
  await savepoint.start(gate, undefined, { id: "gate" });
  await effects.seen("gate");
  const poison = await savepoint.start(deadly, undefined, { id: "poison" });
  const others = await Promise.all(
    NUMBERS.map((n) => savepoint.start(decent, { n }, { id: `decent-${n}` })),
  );
  open();
  return { poison, others };
}

test("a run that kills its process fails with its step named; nine others in its batch succeed", async () => {
  const { effects, stack } = deployment;
  const strike = effects.hold("fatal");
  const { poison, others } = await startTogether();
  await Promise.all([effects.seen("fatal"), effects.seen("first", NUMBERS.length)]);
  strike();
  const failure: unknown = await poison.result().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NoProgressError);
  expect((failure as Error).message).toContain('step "fatal"');
  expect((await poison.describe()).failedOperation).toBe("fatal");
  expect(await Promise.all(others.map((run) => run.result()))).toEqual(NUMBERS.map((n) => n * n));
  // Going back and forth while others are advanced alone makes no hint a dead letter.
  const { visible, inFlight } = stack.sqs.queues.get(DEAD_LETTER_QUEUE).counts();
  expect(visible + inFlight).toBe(0);
  const requests = effects.requests.filter(({ name }) => name !== "fatal");
  expectNoCompletedStepAgain(requests, await recordedSteps(stack.dynamodb));
}, 180_000);
