import { afterAll, beforeAll, expect, it } from "vitest";
import type { Call } from "../../localstack/embedded/faults.ts";
import { bundleFixtures, type Deployment, deploy, type Fixtures } from "../e2e/deployment.ts";
import { everything } from "../e2e/fixtures/workflows.ts";
import { expectNoCompletedStepAgain, recordedSteps } from "../e2e/recorded-steps.ts";

/** Crashes in all, shared by as many stacks, since most of a recovery is waiting for a lease. */
const POINTS = 20;
const LANES = 4;

const OUTPUT = {
  first: 7,
  flaky: 2,
  both: { left: "l", right: "r" },
  doubled: [2, 4],
};

const isWrite = ({ action }: Call): boolean =>
  action === "PutItem" || action === "UpdateItem" || action === "SendMessage";

let fixtures: Fixtures;
beforeAll(async () => {
  fixtures = await bundleFixtures();
});
afterAll(() => fixtures.remove());

/** A stack whose worker processes can be killed at the nth write after a run was started. */
class Lane {
  readonly deployment: Deployment;
  readonly #strike: Strike;

  private constructor(deployment: Deployment, strike: Strike) {
    this.deployment = deployment;
    this.#strike = strike;
  }

  static async open(): Promise<Lane> {
    const strike: Strike = { at: undefined, writes: 0, kills: 0, kill: () => {} };
    const deployment = await deploy({
      bundles: fixtures.bundles,
      workerConcurrency: 2,
      faults: {
        before(call) {
          if (!strike.at || !isWrite(call)) return undefined;
          strike.writes += 1;
          if (strike.writes !== strike.at.write) return undefined;
          return { kind: strike.at.when, crash: strike.kill };
        },
      },
    });
    strike.kill = () => {
      strike.kills += deployment.stack.host.killBusy("worker").length;
    };
    return new Lane(deployment, strike);
  }

  /** Runs the workflow, its workers killed at the nth write. */
  async crash({
    write,
    when,
  }: Point): Promise<{ readonly output: unknown; readonly killed: number }> {
    const { savepoint } = this.deployment;
    const strike = this.#strike;
    const run = await savepoint.start(everything, { n: 7 }, { id: `${when}-${write}` });
    Object.assign(strike, { at: { write, when }, writes: 0, kills: 0 });
    const output = await run.result();
    strike.at = undefined;
    return { output, killed: strike.kills };
  }
}

interface Point {
  readonly write: number;
  readonly when: "crash-before" | "crash-after";
}

interface Strike {
  /** When to strike; undefined while no run is under way. */
  at: Point | undefined;
  writes: number;
  kills: number;
  kill: () => void;
}

it(`a run ends as if nothing had happened, its process killed at any of ${POINTS} writes`, async () => {
  const lanes = await Promise.all(Array.from({ length: LANES }, () => Lane.open()));
  const points: Point[] = Array.from({ length: POINTS }, (_, index) => ({
    // The workflow makes about thirty writes; the last ones come in no certain order.
    write: 1 + Math.floor(index * 1.25),
    when: index % 2 === 0 ? "crash-before" : "crash-after",
  }));
  try {
    await Promise.all(
      lanes.map(async (lane) => {
        for (let point = points.shift(); point; point = points.shift()) {
          const { output, killed } = await lane.crash(point);
          const at = `${point.when} write ${point.write}`;
          expect(output, at).toEqual(OUTPUT);
          expect(killed, `processes killed ${at}`).toBeGreaterThan(0);
        }
      }),
    );
    for (const { deployment } of lanes) {
      const { effects, stack } = deployment;
      expectNoCompletedStepAgain(effects.requests, await recordedSteps(stack.dynamodb));
    }
  } finally {
    await Promise.all(lanes.map(({ deployment }) => deployment.close()));
  }
}, 180_000);
