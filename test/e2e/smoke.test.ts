import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startStack } from "../../localstack/embedded/stack.ts";
import { memoryLog } from "../localstack/lambda-host/functions.ts";
import { CommandLine } from "./command-line.ts";

it("tries out a deployment, whatever its workflows, and leaves nothing behind", async () => {
  const directory = mkdtempSync(join(tmpdir(), "savepoint-smoke-"));
  const config = join(process.cwd(), "test/localstack/fixtures/exported-workflows.ts");
  const stack = await startStack({ directory, config, log: memoryLog() });
  onTestFinished(async () => {
    await stack.stop();
    rmSync(directory, { recursive: true });
  });
  const cli = new CommandLine({ SAVEPOINT_TOKEN: stack.token });
  const ended = await cli.savepoint("smoke", "--endpoint", stack.api).ended;
  expect(ended.out.replaceAll(/\d+ ms/g, "0 ms").split(/\s*\n/)).toEqual([
    "ok      start        0 ms",
    "ok      start again  0 ms",
    "ok      event        0 ms",
    "ok      wait         0 ms",
    "ok      cancel       0 ms",
    "ok      delete       0 ms",
    "",
  ]);
  expect(ended.code).toBe(0);
  const left = await cli.savepoint("runs", "list", "--json", "--endpoint", stack.api).ended;
  expect(JSON.parse(left.out)).toEqual({ runs: [] });
});
