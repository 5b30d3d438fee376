import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import { CommandLine, type Running } from "../e2e/command-line.ts";
import { expectNoCompletedStepAgain, recordedStepsIn } from "../e2e/recorded-steps.ts";
import { until } from "../localstack/lambda-host/functions.ts";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";

/** Fewer than the takeovers after which a step that was running at each of them is taken for what kills. */
const KILLS = LIMITS.killsMax - 1;
/** About what the demo writes to its journals, bytes. */
const JOURNAL_BYTES = 400_000;

let cli: CommandLine;
beforeEach(() => {
  cli = new CommandLine();
});
afterEach(() => cli.close());

function journalBytes(): number {
  const path = join(cli.data, "dynamodb.journal");
  return cli.has("data/dynamodb.journal") ? statSync(path).size : 0;
}

/** Waits for a moment of a kind that chance decides; or for the run's end, when that comes first. */
async function someMoment({ ended }: Running, random: () => number): Promise<string> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  const moments: [string, () => boolean][] = [
    ["the stack has its lock", () => cli.has("stack.lock")],
    ["the stack tells its address", () => cli.has("stack.json")],
    ...["a request", "another request", "a later request"].map((name): [string, () => boolean] => {
      const count = cli.hnRequests.length + 1 + Math.floor(random() * 10);
      return [`${name}, ${count} in all`, () => cli.hnRequests.length >= count];
    }),
    ...["a write", "another write"].map((name): [string, () => boolean] => {
      const bytes = journalBytes() + Math.floor((random() * JOURNAL_BYTES) / KILLS);
      return [`${name}, at ${bytes} bytes`, () => journalBytes() >= bytes];
    }),
  ];
  const chosen = moments[Math.floor(random() * moments.length)];
  if (!chosen) throw new Error("there is no moment to choose");
  const [name, hasCome] = chosen;
  await until(() => isOver || hasCome());
  return name;
}

it.each([1, 2])(
  `the demo completes after ${KILLS} kills of everything at moments of chance (seed %i)`,
  async (seed) => {
    const random = seededRandom(seed);
    const moments: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const run = cli.start("--id", "demo");
      moments.push(await someMoment(run, random));
      await cli.killEverything();
      await run.ended;
    }
    const { out, err, code } = await cli.start("--id", "demo").ended;
    expect(code, `${moments.join("; ")}\n${err}`).toBe(0);
    expect(out).toBe((await cli.start("--id", "calm").ended).out);
    expect((await cli.savepoint("dev", "--stop").ended).code).toBe(0);
    expectNoCompletedStepAgain(cli.hnRequests, await recordedStepsIn(cli.data));
  },
);
