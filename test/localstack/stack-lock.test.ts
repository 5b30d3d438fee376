import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identify } from "../../localstack/embedded/process-identity.ts";
import { lockDirectory, StackRunningError } from "../../localstack/embedded/stack-lock.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const lock = () => join(directory, "stack.lock");

test("a lock that is held by a living process is refused with its pid, and stays", () => {
  const unlock = lockDirectory(directory, "one");
  expect(() => lockDirectory(directory, "two")).toThrow(StackRunningError);
  expect(() => lockDirectory(directory, "two")).toThrow(String(process.pid));
  unlock();
  lockDirectory(directory, "two")();
  expect(readdirSync(directory)).toEqual([]);
});

test("a lock of a dead process is taken over", () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(lock(), JSON.stringify({ pid, started: "before", nonce: "dead" }));
  const unlock = lockDirectory(directory, "one");
  expect(readFileSync(lock(), "utf8")).toContain('"one"');
  unlock();
  expect(readdirSync(directory)).toEqual([]);
});

test.runIf(identify(process.pid)?.started)(
  "a lock whose pid is another process's by now is taken over",
  () => {
    writeFileSync(lock(), JSON.stringify({ pid: process.pid, started: "earlier", nonce: "dead" }));
    lockDirectory(directory, "one")();
    expect(existsSync(lock())).toBe(false);
  },
);

test("a damaged lock belongs to nobody", () => {
  writeFileSync(lock(), '{"pid":');
  lockDirectory(directory, "one")();
  expect(readdirSync(directory)).toEqual([]);
});

test("who gives back does not take away what another has taken over", () => {
  const unlock = lockDirectory(directory, "one");
  writeFileSync(lock(), "another");
  unlock();
  expect(readFileSync(lock(), "utf8")).toBe("another");
});
