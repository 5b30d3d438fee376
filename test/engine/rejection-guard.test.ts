import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const WORKER = fileURLToPath(new URL("fixtures/careless-worker.ts", import.meta.url));

it("an unhandled rejection is logged with its run and step, and does not end the worker's process", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", WORKER]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const unhandled = lines.filter(({ message }) =>
    String(message).startsWith("unhandled rejection"),
  );
  expect(unhandled).toMatchObject([
    { level: "error", run: "careless-run", error: { message: "nobody awaits the workflow's" } },
    {
      level: "error",
      run: "careless-run",
      step: "careless",
      error: { message: "nobody awaits the step's" },
    },
  ]);
  expect(unhandled[0]).not.toHaveProperty("step");
  expect(lines.at(-1)).toEqual({ output: "fine" });
});
