import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { identify } from "../../localstack/embedded/process-identity.ts";
import { until } from "./lambda-host/functions.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Starts a program under a shell that then stands still, so that it cannot ask after its child; gives the child's id. */
async function childOfStandingParent(child: string): Promise<number> {
  const parent = spawn("sh", ["-c", `${child} & echo $!; wait`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  ends.push(() => parent.kill("SIGKILL"));
  const [line] = await once(createInterface({ input: parent.stdout }), "line");
  parent.kill("SIGSTOP");
  return Number(line);
}

test("a living process has an identity, the same each time", () => {
  expect(identify(process.pid)).toEqual(identify(process.pid));
  expect(identify(process.pid)?.pid).toBe(process.pid);
});

test("a process that was killed has none, even while its parent has not taken note", async () => {
  const pid = await childOfStandingParent("sleep 60");
  expect(identify(pid)).toBeDefined();
  process.kill(pid, "SIGKILL");
  await until(() => identify(pid) === undefined);
  expect(process.kill(pid, 0)).toBe(true);
});
