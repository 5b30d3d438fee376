import { rmSync } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { FAKE_PID } from "./fake-api.ts";
import { stackProcess } from "./fake-host.ts";
import { announceStack, stage } from "./fixture.ts";

const line = (message: string): string =>
  `${JSON.stringify({ level: "info", message, time: "2026-01-01T00:00:01.000Z", run: "a" })}\n`;

describe("savepoint dev", () => {
  it("starts the stack, tells where it is, prints its log, and ends it on Ctrl-C", async () => {
    const { api, host, folder } = await stage();
    const log = join(folder, "stack.log");
    host.env["SAVEPOINT_DIRECTORY"] = folder;
    host.launch = () => {
      void appendFile(log, line("up")).then(() => announceStack(folder, api));
      return stackProcess(
        (end) => void appendFile(log, line("bye")).then(() => end("exit code 0")),
      );
    };
    host.stdout.onWrite = (text) => {
      if (text.includes("up")) host.interrupt();
    };
    expect(await main(["dev"], host)).toBe(0);
    expect(host.launched).toEqual([{ directory: folder, env: host.env }]);
    expect(host.stdout.lines).toEqual([
      `API     ${api.url}   (header x-savepoint-token: see stack.json)`,
      "sample  http://127.0.0.1:1/",
      `data    ${folder}`,
      `process ${FAKE_PID}`,
      "00:00:01.000 up run=a",
      "00:00:01.000 bye run=a",
    ]);
  });

  it("says so when the stack ends by itself", async () => {
    const { api, host, folder } = await stage();
    await announceStack(folder, { url: "http://127.0.0.1:1" });
    host.launch = () => {
      const process = stackProcess();
      void announceStack(folder, api).then(() => process.end("SIGKILL"));
      return process;
    };
    expect(await main(["dev", "--directory", "."], host)).toBe(1);
    expect(host.stderr.text).toBe("error: the stack has ended: SIGKILL\n");
  });

  it("ends well when another command has stopped the stack, also in the middle of a request", async () => {
    const { api, host, folder } = await stage();
    await writeFile(join(folder, "savepoint.config.ts"), "");
    const process = stackProcess();
    host.launch = () => {
      void announceStack(folder, api);
      return process;
    };
    api.intercept = ({ url }) => {
      if (url !== "/__savepoint/reload") return undefined;
      rmSync(join(folder, "stack.json"));
      setImmediate(() => process.end("exit code 0"));
      return "cut";
    };
    expect(await main(["dev", "--directory", "."], host)).toBe(0);
    expect(host.stdout.lines.at(-1)).toBe("the stack has been stopped");
    expect(host.stderr.text).toBe("");
  });

  it("says so when a stack ends in the middle of a request without having been told to", async () => {
    const { api, host, folder } = await stage();
    await writeFile(join(folder, "savepoint.config.ts"), "");
    host.launch = () => {
      void announceStack(folder, api);
      return stackProcess();
    };
    api.intercept = ({ url }) => (url === "/__savepoint/reload" ? "cut" : undefined);
    expect(await main(["dev", "--directory", "."], host)).toBe(1);
    expect(host.stderr.text).toContain("does not answer");
  });

  it.each([
    ["been stopped", true, 0],
    ["ended: it does not answer any more", false, 1],
  ])("says of a stack that it has joined: it has %s", async (what, wasTold, exitCode) => {
    const { api, host, folder } = await stage();
    await writeFile(join(folder, "savepoint.config.ts"), "");
    await announceStack(folder, api);
    let isOver = false;
    api.intercept = ({ url }) => {
      if (isOver) return "cut";
      if (url !== "/__savepoint/reload") return undefined;
      isOver = true;
      if (wasTold) rmSync(join(folder, "stack.json"));
      return { status: 200, body: { changed: [], inputs: [], complaints: [{ text: "no" }] } };
    };
    expect(await main(["dev", "--directory", "."], host)).toBe(exitCode);
    expect(host.stdout.text + host.stderr.text).toContain(`the stack has ${what}\n`);
  });

  it("tells where the one is that runs already, and starts no other", async () => {
    const { api, host, folder } = await stage();
    await announceStack(folder, api);
    expect(await main(["dev", "--directory", "."], host)).toBe(0);
    expect(host.stdout.lines.slice(0, 2)).toEqual([
      "already running:",
      `API     ${api.url}   (header x-savepoint-token: see stack.json)`,
    ]);
    expect(host.launched).toEqual([]);
  });

  it("has the API at the port that it is given, and says where it is when it is up at another", async () => {
    const { api, host, folder } = await stage();
    host.launch = () => {
      const process = stackProcess();
      void announceStack(folder, api).then(() => process.end("SIGKILL"));
      return process;
    };
    await main(["dev", "--port", "4000", "--directory", "."], host);
    expect(host.launched).toEqual([{ directory: folder, env: host.env, port: 4000 }]);
    expect(await main(["dev", "--port", "4000", "--directory", "."], host)).toBe(1);
    expect(host.stderr.lines.at(-1)).toContain(`is at ${api.url}; end it with --stop`);
    const { port } = new URL(api.url);
    expect(await main(["dev", "--port", port, "--directory", "."], host)).toBe(0);
    expect(await main(["dev", "--port", "65536", "--directory", "."], host)).toBe(2);
    expect(host.launched).toHaveLength(1);
  });

  it("has tokens completed by anybody only by a stack that was started so", async () => {
    const { api, host, folder } = await stage();
    host.launch = () => {
      const process = stackProcess();
      void announceStack(folder, api).then(() => process.end("SIGKILL"));
      return process;
    };
    const words = ["dev", "--public-tokens", "--directory", "."];
    await main(words, host);
    expect(host.launched).toEqual([{ directory: folder, env: host.env, publicTokens: true }]);
    expect(await main(words, host)).toBe(1);
    expect(host.stderr.lines.at(-1)).toContain("was started without --public-tokens");
    expect(host.launched).toHaveLength(1);
  });

  it("ends the one that runs with --stop, and waits until it is gone", async () => {
    const { api, host, folder } = await stage();
    await announceStack(folder, api);
    let looksAfterStop = 0;
    api.intercept = ({ url }) => {
      if (url === "/__savepoint/stop") looksAfterStop = 1;
      else if (looksAfterStop > 0) looksAfterStop += 1;
      return looksAfterStop > 3 ? "cut" : undefined;
    };
    expect(await main(["dev", "--stop", "--directory", "."], host)).toBe(0);
    expect(looksAfterStop).toBe(4);
    expect(host.stdout.text).toBe(`stopped the stack in ${folder}\n`);
    expect(await main(["dev", "--stop", "--directory", "missing"], host)).toBe(0);
    expect(host.stdout.lines.at(-1)).toBe(`no stack is running in ${join(folder, "missing")}`);
  });
});
