import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log, LogFields } from "../../../lambda/core/log.ts";
import { bundleFunction } from "../../../localstack/embedded/bundle.ts";
import type { FunctionDefinition } from "../../../localstack/embedded/lambda-host/function-environment.ts";

/** Bundles the probe function into a fresh folder. */
export async function probeFunction(
  overrides: Partial<FunctionDefinition> = {},
): Promise<FunctionDefinition> {
  const directory = mkdtempSync(join(tmpdir(), "probe-"));
  await bundleFunction("test/localstack/fixtures/probe.ts", directory);
  return {
    directory,
    timeoutMs: 10_000,
    memoryMb: 256,
    environment: {},
    maxProcesses: 4,
    ...overrides,
  };
}

/** A line that was logged. */
export interface Logged {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that keeps its lines. */
export function memoryLog(): Log & { readonly lines: readonly Logged[] } {
  const lines: Logged[] = [];
  const keep =
    (level: keyof Log) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  return {
    lines,
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
  };
}

/** Waits until a condition holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Whether a process is there and has not ended; whoever inherits an ended one may collect it late. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" && existsWithoutProc(pid);
  }
}

/** For systems without /proc. */
function existsWithoutProc(pid: number): boolean {
  return !existsSync("/proc/self/stat") && process.kill(pid, 0);
}
