import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FunctionDefinition } from "../../../localstack/embedded/lambda-host/function-environment.ts";
import {
  createLambdaHost,
  type HostOptions,
  type LambdaHost,
} from "../../../localstack/embedded/lambda-host/host.ts";
import { isRunning, memoryLog, probeFunction, until } from "./functions.ts";

let probe: FunctionDefinition;
let host: LambdaHost | undefined;
beforeAll(async () => {
  probe = await probeFunction();
});
afterEach(() => host?.stop());
afterAll(() => rmSync(probe.directory, { recursive: true }));

function open(overrides: Partial<FunctionDefinition> = {}, options: Partial<HostOptions> = {}) {
  const log = memoryLog();
  const opened = createLambdaHost({
    functions: { probe: { ...probe, ...overrides } },
    log,
    ...options,
  });
  host = opened;
  const ask = async (request: unknown) => {
    const result = await opened.invoke("probe", request);
    if (!result.ok) throw new Error(result.message);
    return JSON.parse(result.payload) as Record<string, unknown>;
  };
  return { host: opened, log, ask };
}

describe("a handler that answers", () => {
  test("gives its answer to the caller, and the next event goes to the same process", async () => {
    const { ask } = open();
    const first = await ask({ some: "event" });
    expect(first).toMatchObject({ request: { some: "event" }, handled: 1 });
    expect(await ask({})).toMatchObject({ pid: first["pid"], handled: 2 });
  });

  test("sees a context with the request id and the time that remains", async () => {
    const { ask, log } = open({ timeoutMs: 9000 });
    const context = await ask({ do: "context" });
    expect(context).toMatchObject({
      functionName: "probe",
      memoryLimitInMB: "256",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:probe",
    });
    expect(context["remaining"]).toBeGreaterThan(7000);
    expect(context["remaining"]).toBeLessThanOrEqual(9000);
    const ended = log.lines.find(({ message }) => message === "invocation ended");
    expect(ended?.fields).toMatchObject({ requestId: context["awsRequestId"], function: "probe" });
  });

  test("gets what Lambda gives and what is configured, and nothing of the supervisor's", async () => {
    process.env["AWS_PROFILE"] = "production";
    process.env["SECRET_OF_THE_MACHINE"] = "x";
    const { ask } = open({ environment: { CONFIGURED: "yes", AWS_ACCESS_KEY_ID: "token" } });
    const environment = await ask({ do: "environment" });
    delete process.env["AWS_PROFILE"];
    delete process.env["SECRET_OF_THE_MACHINE"];
    expect(environment).toMatchObject({
      CONFIGURED: "yes",
      AWS_ACCESS_KEY_ID: "token",
      AWS_REGION: "us-east-1",
      AWS_LAMBDA_FUNCTION_NAME: "probe",
    });
    expect(environment).not.toHaveProperty("AWS_PROFILE");
    expect(environment).not.toHaveProperty("SECRET_OF_THE_MACHINE");
    expect(environment).not.toHaveProperty("HOME");
  });

  test("ends what it is at with the old code and variables when it gets others, and begins with those", async () => {
    const { host: opened, ask } = open({ environment: { CODE: "old" }, maxProcesses: 2 });
    const { pid: idle } = await ask({});
    const file = join(probe.directory, "go");
    const atWork = ask({ do: "await", file });
    await until(() => opened.busy("probe") === 1);
    opened.update({ probe: { ...probe, environment: { CODE: "new" }, maxProcesses: 2 } });
    expect(await ask({ do: "environment" })).toMatchObject({ CODE: "new" });
    writeFileSync(file, "");
    expect(await atWork).toMatchObject({ CODE: "old" });
    const after = await Promise.all([ask({ do: "environment" }), ask({ do: "environment" })]);
    expect(after.map(({ CODE }) => CODE)).toEqual(["new", "new"]);
    await until(() => !isRunning(Number(idle)));
  });

  test("concurrent events go to processes of their own, up to the limit, then wait", async () => {
    const { ask } = open({ maxProcesses: 2 });
    const answers = await Promise.all([1, 2, 3, 4].map((event) => ask({ event })));
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(2);
  });

  test("what it prints is logged with function and request id; structured lines keep their level", async () => {
    const { ask, log } = open();
    await ask({ do: "print", line: "plain" });
    // What is printed comes by a pipe of its own, and may come after the reply.
    await until(() => log.lines.some(({ message }) => message === "plain"));
    await ask({ do: "print", line: '{"level":"warn","message":"structured","run":"r1"}' });
    await until(() => log.lines.some(({ level }) => level === "warn"));
    const ids = log.lines
      .filter(({ message }) => message === "invocation ended")
      .map(({ fields }) => fields["requestId"]);
    expect(log.lines).toContainEqual({
      level: "info",
      message: "plain",
      fields: { function: "probe", requestId: ids[0], stream: "stdout" },
    });
    expect(log.lines).toContainEqual({
      level: "warn",
      message: "structured",
      fields: { run: "r1", function: "probe", requestId: ids[1], stream: "stdout" },
    });
  });
});

describe("a handler that fails", () => {
  test("by throwing: its error is the result, and the process lives on", async () => {
    const { host: opened, ask } = open();
    const { pid } = await ask({});
    expect(await opened.invoke("probe", { do: "throw" })).toEqual({
      ok: false,
      errorType: "RangeError",
      message: "thrown on request",
    });
    expect(await ask({})).toMatchObject({ pid, handled: 3 });
  });

  test("by a rejection that nobody caught: the process ends, as on Lambda", async () => {
    const { host: opened, ask } = open();
    const { pid } = await ask({});
    expect(await opened.invoke("probe", { do: "reject-later" })).toMatchObject({
      ok: false,
      errorType: "Runtime.UnhandledPromiseRejection",
      message: expect.stringContaining("nobody caught this"),
    });
    await until(() => !isRunning(Number(pid)));
    expect(await ask({})).toMatchObject({ handled: 1 });
  });

  test("by exiting: seen at once, worded as Lambda words it", async () => {
    const { host: opened, ask } = open();
    expect(await opened.invoke("probe", { do: "exit" })).toMatchObject({
      ok: false,
      errorType: "Runtime.ExitError",
      message: expect.stringMatching(
        /^RequestId: \S+ Error: Runtime exited with error: exit status 3$/,
      ),
    });
    expect(await ask({})).toMatchObject({ handled: 1 });
  });

  test.each(["hang", "spin"])("by a %s: killed at the timeout", async (what) => {
    const { host: opened, ask } = open({ timeoutMs: 300 });
    const { pid } = await ask({});
    expect(await opened.invoke("probe", { do: what })).toMatchObject({
      ok: false,
      errorType: "Sandbox.Timedout",
      message: expect.stringContaining("Task timed out after 0.30 seconds"),
    });
    await until(() => !isRunning(Number(pid)));
    expect(await ask({})).toMatchObject({ handled: 1 });
  });

  test("by being killed from outside: reported with the signal and logged", async () => {
    const { host: opened, ask, log } = open();
    const { pid } = await ask({});
    const killed = opened.invoke("probe", { do: "hang" });
    // A process that ends before it has got its event has no part in it: another one gets it.
    await until(() => log.lines.some(({ message }) => message === "hanging"));
    expect(opened.killBusy("probe")).toEqual([pid]);
    expect(await killed).toMatchObject({ errorType: "Runtime.ExitError" });
    expect(log.lines.at(-1)).toMatchObject({
      level: "error",
      message: expect.stringContaining("Runtime exited with error: signal: SIGKILL"),
    });
  });

  test("by code that cannot be loaded: every invocation says why", async () => {
    const { host: opened } = open({ directory: import.meta.dirname });
    expect(await opened.invoke("probe", {})).toMatchObject({
      ok: false,
      message: expect.stringContaining("index.mjs"),
    });
  });

  test("by not existing: the functions there are get named", async () => {
    const { host: opened } = open();
    expect(await opened.invoke("prob", {})).toMatchObject({
      errorType: "ResourceNotFoundException",
      message: "There is no function prob, only probe.",
    });
  });
});

describe("processes", () => {
  test("stopped between events, they answer the next one all the same", async () => {
    const { ask } = open({}, { freeze: true });
    const { pid } = await ask({});
    expect(await ask({})).toMatchObject({ pid, handled: 2 });
  });

  test("idle for long enough, they are ended, and the next event starts a new one", async () => {
    const { ask } = open({}, { idleMs: 1 });
    const { pid } = await ask({});
    await until(() => !isRunning(Number(pid)));
    expect(await ask({})).toMatchObject({ handled: 1 });
  });

  test("a stopped host has killed them all and takes no more events", async () => {
    const { host: opened, ask } = open();
    const { pid } = await ask({});
    const hanging = opened.invoke("probe", { do: "hang" });
    await until(() => opened.busy() === 1);
    await opened.stop();
    expect(isRunning(Number(pid))).toBe(false);
    expect(await hanging).toMatchObject({ ok: false });
    expect(await opened.invoke("probe", {})).toMatchObject({ errorType: "Sandbox.Stopped" });
  });
});
