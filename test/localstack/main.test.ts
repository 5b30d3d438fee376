import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readStackFile } from "../../localstack/embedded/stack-file.ts";
import { until } from "./lambda-host/functions.ts";

let directory: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "main-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(directory, { recursive: true });
});

/** Starts the product's stack as the command line does. */
function launch(...args: readonly string[]) {
  const main = "localstack/embedded/main.ts";
  const child = spawn(
    process.execPath,
    ["--import", "tsx", main, "--directory", directory, ...args],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, OPENAI_API_KEY: "test-key" } },
  );
  children.push(child);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, ended, errors: () => errors };
}

interface Info {
  readonly pid: number;
  readonly directory: string;
  readonly viewerUrl: string;
  readonly sampleHnUrl: string;
}

/** What the stack of the folder tells, once it is up. */
async function info(pid: number | undefined): Promise<Info> {
  await until(() => readStackFile(directory)?.pid === pid);
  const { api = "", token = "" } = readStackFile(directory) ?? {};
  const reply = await fetch(`${api}/__savepoint/info`, { headers: { "x-savepoint-token": token } });
  return (await reply.json()) as Info;
}

/** Completes a token that no run has handed out, without the stack's own. */
async function completion(token: string): Promise<number> {
  const { api = "" } = readStackFile(directory) ?? {};
  const headers = { "content-type": "application/json" };
  const reply = await fetch(`${api}/tokens/${token}`, { method: "POST", headers, body: "1" });
  return reply.status;
}

const messages = () =>
  readFileSync(join(directory, "stack.log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { message: string }).message);

test("the product's stack runs beside its sample corpus, ends on SIGTERM, and keeps the viewer's address", async () => {
  const first = launch();
  const told = await info(first.child.pid);
  expect(told).toMatchObject({
    pid: first.child.pid,
    directory,
    sampleHnUrl: `${told.viewerUrl}/api/v1`,
  });
  const found = await fetch(`${told.sampleHnUrl}/search?query=durable`);
  expect(found.status).toBe(200);

  const second = launch();
  expect(await second.ended).toBe(0);
  expect(messages().at(-1)).toBe("another process runs the stack of this folder");

  first.child.kill("SIGTERM");
  expect(await first.ended).toBe(0);
  expect(messages().at(-1)).toBe("stopped");
  expect(readStackFile(directory)).toBeUndefined();

  const third = launch("--idle-exit-seconds", "0.2");
  expect((await info(third.child.pid)).viewerUrl).toBe(told.viewerUrl);
  expect(await third.ended).toBe(0);
  expect(messages().at(-1)).toBe("stopped");
});

test("an argument that makes no sense is refused by name", async () => {
  const { ended, errors } = launch("--idle-exit-seconds", "soon");
  expect(await ended).toBe(1);
  expect(errors()).toContain('--idle-exit-seconds is "soon"; give a number of seconds above 0');
});

test("anybody is answered who completes a token, where tokens are public", async () => {
  const { child } = launch("--public-tokens");
  expect(await info(child.pid)).toMatchObject({ publicTokens: true });
  expect(await completion("who.secret")).toBe(404);
  expect(await completion("who")).toBe(403);
}, 60_000);
