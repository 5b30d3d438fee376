import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CommandLine, type Running } from "./command-line.ts";
import { expectNoCompletedStepAgain, recordedStepsIn } from "./recorded-steps.ts";

let cli: CommandLine;
beforeEach(() => {
  cli = new CommandLine();
});
afterEach(() => cli.close());

/** Waits until a command has said something. */
async function said({ process: { stderr } }: Running, words: string): Promise<void> {
  let text = "";
  while (!text.includes(words)) {
    const [chunk] = (await once(stderr ?? process.stderr, "data")) as [Buffer];
    text += chunk.toString();
  }
}

it("a plan waits for its approval through the death of everything, and is then searched as it stands", async () => {
  const first = cli.start("--id", "demo", "--approve");
  await said(first, "waits until its plan is approved");
  await cli.killEverything();
  expect((await first.ended).code).toBeNull();

  const again = cli.start("--id", "demo", "--approve");
  await said(again, "waits until its plan is approved");
  const value = JSON.stringify({ approved: true });
  const sent = await cli.savepoint("send", "demo", "approval", "--value", value).ended;
  expect(sent.code, sent.err).toBe(0);
  const { out, err, code } = await again.ended;
  expect(code, err).toBe(0);
  expect(out).toBe((await cli.start("--id", "calm").ended).out);
  expect((await cli.savepoint("dev", "--stop").ended).code).toBe(0);
  expectNoCompletedStepAgain(cli.hnRequests, await recordedStepsIn(cli.data));
}, 180_000);
