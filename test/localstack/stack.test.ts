import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FunctionCode } from "../../localstack/embedded/bundle.ts";
import {
  bundleFunctions,
  type PerFunction,
} from "../../localstack/embedded/function-definitions.ts";
import { readLines } from "../../localstack/embedded/lambda-host/child-output.ts";
import { type Stack, startStack } from "../../localstack/embedded/stack.ts";
import { readStackFile, type StackFile } from "../../localstack/embedded/stack-file.ts";
import { StackRunningError } from "../../localstack/embedded/stack-lock.ts";
import { ENTRIES } from "./fixtures/stack-entries.ts";
import { isRunning, memoryLog, until } from "./lambda-host/functions.ts";

let directory: string;
let bundleDirectory: string;
let bundles: PerFunction<FunctionCode>;
const stacks: Stack[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  bundleDirectory = mkdtempSync(join(tmpdir(), "functions-"));
  bundles = await bundleFunctions(bundleDirectory, ENTRIES);
});
afterAll(() => rmSync(bundleDirectory, { recursive: true }));
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stack-"));
});
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.stop();
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(directory, { recursive: true });
});

type Address = Pick<StackFile, "api" | "token">;

async function start() {
  const log = memoryLog();
  const stack = await startStack({ directory, bundles, log, workerConcurrency: 2 });
  stacks.push(stack);
  return { stack, log };
}

const call = ({ api, token }: Address, path: string, body?: unknown): Promise<Response> =>
  fetch(api + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "x-savepoint-token": token, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

/** Sends an order to the worker; once this resolves, it is acknowledged. */
async function order(stack: Address, what: unknown): Promise<void> {
  expect((await call(stack, "/orders", what)).status).toBe(202);
}

async function recorded(stack: Address, key: string): Promise<boolean> {
  while ((await call(stack, `/steps/${key}`)).status !== 200);
  return true;
}

/** Starts a stack in a process of its own and passes on what it logs. */
async function startProcess(onLine: (line: string) => void = () => {}): Promise<ChildProcess> {
  const script = join(import.meta.dirname, "fixtures/stack-process.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  await new Promise<void>((up) =>
    readLines(child.stdout, (line) => {
      onLine(line);
      if (line.includes("the stack is up")) up();
    }),
  );
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

function addressFile(): StackFile {
  const file = readStackFile(directory);
  if (!file) throw new Error("there is no stack.json");
  return file;
}

describe("a running stack", () => {
  test("carries a request through API, queue, worker and table", async () => {
    const { stack } = await start();
    await order(stack, { record: "a" });
    await recorded(stack, "a");
    expect((await call(stack, "/steps/unknown")).status).toBe(404);
  });

  test("tells its address in a file for its owner only, until it is stopped", async () => {
    const { stack } = await start();
    const path = join(directory, "stack.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      pid: process.pid,
      api: stack.api,
      token: stack.token,
      started: expect.stringMatching(/^\d{4}-/),
    });
    await stack.stop();
    expect(readStackFile(directory)).toBeUndefined();
  });

  test("gives the project's variables to all functions, as a deployment does", async () => {
    const probe = "test/localstack/fixtures/probe.ts";
    const stack = await startStack({
      directory,
      sources: { worker: probe, api: probe, sweeper: probe },
      log: memoryLog(),
      environment: { BOTH: "for all" },
      variables: { API_URL: "https://api.example", BOTH: "of the project" },
    });
    stacks.push(stack);
    const variables = async (name: "worker" | "api" | "sweeper") => {
      const answer = await stack.host.invoke(name, { do: "environment" });
      return answer.ok ? (JSON.parse(answer.payload) as Record<string, string>) : answer;
    };
    for (const name of ["worker", "api", "sweeper"] as const) {
      const given = { API_URL: "https://api.example", BOTH: "for all" };
      expect(await variables(name)).toMatchObject(given);
    }
  });

  test("keeps a second one out of its folder", async () => {
    await start();
    await expect(start()).rejects.toThrow(StackRunningError);
    await expect(start()).rejects.toThrow(`process ${process.pid} runs a stack in ${directory}`);
  });

  test("ends when it is told to over its control route", async () => {
    const { stack } = await start();
    expect((await call(stack, "/__savepoint/stop", {})).status).toBe(202);
    await stack.stopped;
    await expect(call(stack, "/__savepoint/info")).rejects.toThrow("fetch failed");
  });

  test("kills the busy workers after the number of steps it was told", async () => {
    const { stack, log } = await start();
    await order(stack, { hang: true });
    await until(() => log.lines.some(({ message }) => message.startsWith("hanging")));
    await call(stack, "/__savepoint/crash-after", { steps: 2 });
    await order(stack, { record: "a" });
    await recorded(stack, "a");
    expect(stack.host.busy("worker")).toBeGreaterThan(0);
    await order(stack, { record: "b" });
    await recorded(stack, "b");
    await until(() => stack.host.busy("worker") === 0);
    const messages = log.lines.map(({ message }) => message);
    const sent = messages.filter((message) =>
      /^SIGKILL sent to worker process \d+ \(crash-after 2\)$/.test(message),
    );
    expect(sent).toHaveLength(2);
    expect(messages).toContainEqual(
      expect.stringContaining("Runtime exited with error: signal: SIGKILL"),
    );
  });
});

describe("after a restart", () => {
  test("is at the same port with the same token, which only its owner can read", async () => {
    const { stack: before } = await start();
    await before.stop();
    const { stack: after } = await start();
    expect(after).toMatchObject({ api: before.api, token: before.token });
    expect(statSync(join(directory, "api-address")).mode & 0o777).toBe(0o600);
  });

  test("takes another port when that one is taken, unless it was named", async () => {
    const { stack: before } = await start();
    await before.stop();
    const port = Number(new URL(before.api).port);
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const named = startStack({ directory, bundles, log: memoryLog(), port });
    await expect(named).rejects.toThrow(`port ${port} is taken; give another --port`);
    const { stack: after } = await start();
    expect(after.api).not.toBe(before.api);
    expect(after.token).toBe(before.token);
    await after.stop();
    other.close();
    await once(other, "close");
    const again = await startStack({ directory, bundles, log: memoryLog(), port });
    stacks.push(again);
    expect(again.api).toBe(before.api);
  });

  test("items and messages are there, and the sweeper looks at once", async () => {
    const first = await start();
    await order(first.stack, { record: "a" });
    await recorded(first.stack, "a");
    await order(first.stack, { hang: true });
    await until(() => first.log.lines.some(({ message }) => message.startsWith("hanging")));
    await first.stack.stop();

    const { stack, log } = await start();
    expect(await recorded(stack, "a")).toBe(true);
    const seen = (text: string) => log.lines.some(({ message }) => message.startsWith(text));
    await until(() => seen("hanging") && seen("swept by aws.events"));
  });

  test("a folder whose table has another shape is refused, not misread", async () => {
    const { stack } = await start();
    await stack.stop();
    const journal = join(directory, "data", "dynamodb.journal");
    rmSync(journal);
    const { createDynamoDB } = await import("../../localstack/embedded/dynamodb/dynamodb.ts");
    const other = createDynamoDB({ journal: { dir: join(directory, "data") } });
    await other.call("CreateTable", {
      TableName: "savepoint",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    });
    await other.close();
    await expect(start()).rejects.toThrow("another version of Savepoint");
  });
});

describe("a stack that was killed with -9", () => {
  test("loses no acknowledged message and no item, and leaves no process behind", async () => {
    const pids: number[] = [];
    const child = await startProcess((line) => {
      const pid = /hanging in process (\d+)/.exec(line)?.[1];
      if (pid !== undefined) pids.push(Number(pid));
    });
    const before = addressFile();
    await order(before, { record: "a" });
    await recorded(before, "a");
    await order(before, { hang: true });
    await until(() => pids.length === 1);
    await Promise.all(["b", "c", "d", "e"].map((record) => order(before, { record })));
    await killed(child);
    await until(() => !pids.some(isRunning));

    const { stack } = await start();
    for (const key of ["a", "b", "c", "d", "e"]) expect(await recorded(stack, key)).toBe(true);
  });
});
