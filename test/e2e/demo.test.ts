import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../localstack/lambda-host/functions.ts";
import { CommandLine } from "./command-line.ts";
import { expectNoCompletedStepAgain, recordedStepsIn } from "./recorded-steps.ts";

let cli: CommandLine;
beforeEach(() => {
  cli = new CommandLine();
});
afterEach(() => cli.close());

/** Ends the stack in good order, then joins what Hacker News saw with what was recorded. */
async function takenOver(): Promise<number> {
  expect((await cli.savepoint("dev", "--stop").ended).code).toBe(0);
  return expectNoCompletedStepAgain(cli.hnRequests, await recordedStepsIn(cli.data));
}

describe("the research demo", () => {
  it("recovers by itself from a crash after five steps, and tells of it", async () => {
    const { out, err, code } = await cli.start("--id", "demo", "--crash-after", "5").ended;
    expect(code, err).toBe(0);
    expect(out).toContain("## Sources");
    expect(err).toContain("SIGKILL sent to worker process");
    expect(cli.stackLog.join("\n")).toMatch(/SIGKILL sent to worker process \d+ \(crash-after 5\)/);
    expect(cli.stackLog.join("\n")).toContain("Runtime exited with error: signal: SIGKILL");
    const calm = await cli.start("--id", "calm").ended;
    expect(out).toBe(calm.out);
    await takenOver();
  }, 180_000);

  it("completes when everything is killed twice and it is started again with the same id", async () => {
    for (const requests of [4, 20]) {
      const run = cli.start("--id", "demo");
      await until(() => cli.hnRequests.length >= requests);
      await cli.killEverything();
      expect((await run.ended).code).toBeNull();
    }
    const { out, err, code } = await cli.start("--id", "demo").ended;
    expect(code, err).toBe(0);
    expect(err).toContain("joined");
    const calm = await cli.start("--id", "calm").ended;
    expect(out).toBe(calm.out);
    await takenOver();
  }, 180_000);
});
