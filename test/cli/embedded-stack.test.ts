import { spawnSync } from "node:child_process";
import { appendFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CliError } from "../../cli/cli-error.ts";
import { connectStack, findStack, startStack } from "../../cli/embedded-stack.ts";
import { launchStack } from "../../cli/stack-process.ts";
import { FAKE_PID } from "./fake-api.ts";
import { stackProcess } from "./fake-host.ts";
import { announceStack, stage, TOKEN } from "./fixture.ts";

const live = new AbortController().signal;

describe("finding the stack", () => {
  it("takes its address and token from its folder and asks it who it is", async () => {
    const { folder, api } = await stage();
    await announceStack(folder, api);
    const stack = await findStack(folder, live);
    expect(stack?.address).toEqual({ url: api.url, token: TOKEN });
    expect(stack?.info).toMatchObject({ pid: FAKE_PID, viewerUrl: "http://127.0.0.1:1/" });
    expect(api.requests).toMatchObject([{ url: "/__savepoint/info", token: TOKEN }]);
  });

  it("finds none where none was started", async () => {
    const { folder } = await stage();
    expect(await findStack(folder, live)).toBeUndefined();
    expect(await findStack(join(folder, "missing"), live)).toBeUndefined();
  });

  it("sees that a stack was killed, even when another program has its port now", async () => {
    const { folder, api } = await stage();
    await announceStack(folder, api, { pid: process.ppid });
    expect(await findStack(folder, live)).toBeUndefined();
    await announceStack(folder, api);
    api.intercept = () => ({ status: 403, body: "who are you?" });
    expect(await findStack(folder, live)).toBeUndefined();
    await announceStack(folder, { url: "http://127.0.0.1:1" });
    expect(await findStack(folder, live)).toBeUndefined();
  });

  it("sends the token to nobody who has the port of a stack that was killed", async () => {
    const { folder, api } = await stage();
    const ended = spawnSync(process.execPath, ["--version"]).pid;
    await announceStack(folder, api, { pid: ended });
    expect(await findStack(folder, live)).toBeUndefined();
    expect(api.requests).toEqual([]);
  });

  it("says so when the address is damaged", async () => {
    const { folder } = await stage();
    await writeFile(join(folder, "stack.json"), '{"pid":');
    await expect(findStack(folder, live)).rejects.toThrow(/stack\.json is damaged/);
  });
});

describe("starting the stack", () => {
  it("waits until it answers", async () => {
    const { folder, host, api } = await stage();
    api.intercept = () => {
      api.intercept = () => undefined;
      return "cut";
    };
    host.launch = () => {
      void announceStack(folder, api);
      return stackProcess();
    };
    const { stack } = await startStack(folder, host);
    expect(stack.address.url).toBe(api.url);
    expect(host.launched).toEqual([{ directory: folder, env: host.env, idleExitSeconds: 600 }]);
  });

  it("lets one that is asked to stay up never end by itself", async () => {
    const { folder, host, api } = await stage();
    await announceStack(folder, api);
    await startStack(folder, host, { staysUp: true });
    expect(host.launched).toEqual([{ directory: folder, env: host.env }]);
  });

  it("shows the end of its log when it ends at once", async () => {
    const { folder, host } = await stage();
    const log = join(folder, "stack.log");
    await writeFile(log, "of an earlier start\n");
    host.launch = () => {
      const process = stackProcess();
      const line = { level: "error", message: "port taken", time: "2026-01-01T00:00:01.000Z" };
      void appendFile(log, `${JSON.stringify(line)}\n`).then(() => process.end("exit code 1"));
      return process;
    };
    const error: unknown = await startStack(folder, host).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({
      message: "the embedded stack ended at once (exit code 1); its log ends with:",
      hints: ["00:00:01.000 error port taken"],
    });
  });

  it("says in a line that its folder cannot be made", async () => {
    const { folder, host } = await stage();
    const directory = join(folder, "link");
    await symlink(join(folder, "none"), directory);
    host.launch = launchStack;
    const message = /^the folder .*link of the embedded stack cannot be used: E[A-Z]+: /;
    await expect(startStack(directory, host)).rejects.toThrow(message);
    await expect(startStack(directory, host)).rejects.toThrow(CliError);
  });

  it("gives up on one that never answers", async () => {
    const { folder, host } = await stage();
    await expect(startStack(folder, host)).rejects.toThrow("is not up after 60 s");
  });

  it("takes it down again when it is interrupted meanwhile", async () => {
    const { folder, host } = await stage();
    let stopped = false;
    host.launch = () => {
      host.interrupt();
      return stackProcess(() => (stopped = true));
    };
    await expect(startStack(folder, host)).rejects.toThrow("interrupted by SIGINT");
    expect(stopped).toBe(true);
  });

  it("uses the stack that another command has started at the same time", async () => {
    const { folder, host, api } = await stage();
    host.launch = () => {
      const process = stackProcess();
      void announceStack(folder, api).then(() => process.end("exit code 1"));
      return process;
    };
    const { stack } = await startStack(folder, host);
    expect(stack.address.url).toBe(api.url);
  });
});

describe("the connection to the stack", () => {
  it("starts it anew when it is killed", async () => {
    const { folder, host, api } = await stage();
    await announceStack(folder, api);
    const said: string[] = [];
    const connection = await connectStack(folder, host, {
      options: [],
      config: undefined,
      say: (text) => said.push(text),
    });
    expect(host.launched).toEqual([]);
    await announceStack(folder, { url: "http://127.0.0.1:1" });
    host.launch = () => {
      void announceStack(folder, api, { token: "of the second start" });
      return stackProcess();
    };
    await connection.recover();
    expect(connection.address().token).toBe("of the second start");
    expect(said).toEqual([
      expect.stringContaining("does not answer"),
      expect.stringContaining("started the embedded stack"),
    ]);
  });

  it("does not start again what somebody has stopped", async () => {
    const { folder, host, api } = await stage();
    await announceStack(folder, api);
    const connection = await connectStack(folder, host, {
      options: [],
      config: undefined,
      say: () => {},
    });
    await rm(join(folder, "stack.json"));
    await expect(connection.recover()).rejects.toThrow("has been stopped");
    expect(host.launched).toEqual([]);
  });
});
