import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NoProgressError } from "../../lambda/index.ts";
import { bundleFixtures, type Deployment, deploy } from "./deployment.ts";
import { decent, deadly, gate, longHaul } from "./fixtures/workflows.ts";
import { expectNoCompletedStepAgain, recordedSteps } from "./recorded-steps.ts";

let fixtures: Awaited<ReturnType<typeof bundleFixtures>>;
let deployment: Deployment;
beforeAll(async () => {
  fixtures = await bundleFixtures();
});
afterAll(() => fixtures.remove());
afterEach(() => deployment.close());

describe("a run longer than its Lambda's timeout", () => {
  it("goes through several invocations, and through each of its steps once", async () => {
    const { bundles } = fixtures;
    deployment = await deploy({ bundles, workerTimeoutSeconds: 3 });
    const { savepoint, effects, stack, log } = deployment;
    const run = await savepoint.start(longHaul, { steps: 20 }, { id: "long" });
    expect(await run.result()).toBe(210);
    expect(effects.requests.map(({ name }) => name)).toEqual(
      Array.from({ length: 20 }, (_, index) => `haul-${index + 1}`),
    );
    expect(expectNoCompletedStepAgain(effects.requests, await recordedSteps(stack.dynamodb))).toBe(
      0,
    );
    // Twenty half seconds take four invocations of 3 s at least, and each was claimed anew.
    const { epoch } = await run.describe();
    expect(epoch).toBeGreaterThanOrEqual(4);
    expect(log.lines.filter(({ message }) => message.includes("Task timed out"))).toEqual([]);
  });
});

describe("a run that kills its process, among nine others in one batch", () => {
  it("fails with its step named, and costs none of the others their end", async () => {
    const { bundles } = fixtures;
    deployment = await deploy({ bundles, workerConcurrency: 1 });
    const { savepoint, effects, stack } = deployment;
    // While the only worker is busy the ten hints gather, and go out as one batch.
    const open = effects.hold("gate");
    await savepoint.start(gate, undefined, { id: "gate" });
    await effects.seen("gate");
    const release = effects.hold("fatal");
    const poison = await savepoint.start(deadly, undefined, { id: "poison" });
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const others = await Promise.all(
      numbers.map((n) => savepoint.start(decent, { n }, { id: `decent-${n}` })),
    );
    open();
    await Promise.all([effects.seen("fatal"), effects.seen("first", 9)]);
    release();
    const failure = await poison.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoProgressError);
    expect((failure as Error).message).toContain('"fatal"');
    expect(await Promise.all(others.map((run) => run.result()))).toEqual(numbers.map((n) => n * n));
    const { deadLetters } = lettersOf(stack);
    expect(deadLetters).toBe(0);
    const requests = effects.requests.filter(({ name }) => !["gate", "fatal"].includes(name));
    expectNoCompletedStepAgain(requests, await recordedSteps(stack.dynamodb));
  });
});

function lettersOf({ sqs }: Deployment["stack"]): { deadLetters: number } {
  const { visible, inFlight, delayed } = sqs.queues.get("hints-dlq").counts();
  return { deadLetters: visible + inFlight + delayed };
}
