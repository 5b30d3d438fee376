import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { failure, FAKE_PID } from "./fake-api.ts";
import { announceStack, stage } from "./fixture.ts";
import { posts, REPORT, researchLooks } from "./research-looks.ts";

describe("savepoint research on the embedded stack", () => {
  it("has the worker killed after the steps asked for, and shows that it was", async () => {
    const { api, host, folder } = await stage();
    await announceStack(folder, api);
    api.fresh = researchLooks();
    const log = join(folder, "stack.log");
    api.intercept = ({ url }) => {
      if (url !== "/runs/research") return undefined;
      const message = "SIGKILL sent to worker process 99 (crash-after 5)";
      void appendFile(log, `${JSON.stringify({ level: "warn", message, time: "T1Z" })}\n`);
      return undefined;
    };
    const words = ["research", "--id", "demo", "--directory", folder, "--crash-after", "5"];
    expect(await main(words, host)).toBe(0);
    expect(posts(api)).toMatchObject([
      { url: "/__savepoint/crash-after", body: { steps: 5 } },
      { url: "/runs/research" },
      { url: "/__savepoint/crash-after", body: { steps: 0 } },
    ]);
    expect(host.stderr.text).toContain("warn SIGKILL sent to worker process 99");
  });

  it("leaves no crash to others when its start is refused", async () => {
    const { api, host, folder } = await stage();
    await announceStack(folder, api);
    api.intercept = ({ url }) =>
      url === "/runs/research" ? failure(422, "validation", "no") : undefined;
    expect(await main(["research", "--directory", ".", "--crash-after", "5"], host)).toBe(1);
    expect(posts(api).at(-1)).toEqual({ url: "/__savepoint/crash-after", body: { steps: 0 } });
  });

  it("starts the stack again when it is killed, and goes on", async () => {
    const { api, host, folder } = await stage();
    await announceStack(folder, api);
    api.fresh = researchLooks();
    host.launch = () => {
      api.intercept = () => undefined;
      return { pid: 8, ended: new Promise(() => {}), ending: () => undefined, stop() {} };
    };
    let looks = 0;
    api.intercept = ({ url }) => {
      if (url.endsWith("/history")) looks += 1;
      return looks > 1 ? "cut" : undefined;
    };
    expect(await main(["research", "--directory", "."], host)).toBe(0);
    expect(host.launched).toHaveLength(1);
    expect(host.stdout.text).toBe(`${REPORT}\n`);
  });

  it("does not start what would fail for want of a way to OpenAI", async () => {
    const { api, host, folder } = await stage();
    await announceStack(folder, api);
    const words = ["research", "--model", "openai", "--directory", "."];
    expect(await main(words, host)).toBe(2);
    expect(host.stderr.text).toContain("started without OPENAI_API_KEY");
    expect(host.stderr.text).toContain("npx savepoint dev --stop --directory .");
    expect(posts(api)).toEqual([]);
    // What counts is what the stack was started with, when it tells.
    api.fresh = researchLooks();
    api.intercept = ({ url }) =>
      url === "/__savepoint/info"
        ? { status: 200, body: { pid: FAKE_PID, openai: true } }
        : undefined;
    expect(await main(words, host)).toBe(0);
  });
});
