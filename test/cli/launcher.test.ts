import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BEGAN, type FakeApi, runOf, stepOf } from "./fake-api.ts";
import { stage } from "./fixture.ts";

const LAUNCHER = fileURLToPath(new URL("../../cli/savepoint.js", import.meta.url));

function launch(cwd: string, words: readonly string[]): ChildProcessWithoutNullStreams {
  const { PATH } = process.env;
  return spawn(process.execPath, [LAUNCHER, ...words], { cwd, env: { PATH } });
}

async function ended(
  child: ChildProcessWithoutNullStreams,
): Promise<{ out: string; err: string; code: unknown }> {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[unknown]>,
  ]);
  return { out, err, code };
}

function script(api: FakeApi): void {
  const output = { report: "# Report" };
  const run = runOf({ id: "?", status: "succeeded", finishedAt: BEGAN + 9, output });
  api.fresh = [{ run, operations: [stepOf({ key: "plan" })] }];
}

describe("the launcher", () => {
  it("runs from any folder, prints the report alone, and warns of nothing", async () => {
    const { api, folder } = await stage();
    script(api);
    const words = ["research", "a topic", "--id", "demo", "--endpoint", api.url];
    const { out, err, code } = await ended(launch(folder, words));
    expect(out).toBe("# Report\n");
    expect(err).not.toMatch(/warning/i);
    expect(err.split("\n")[1]).toBe("run demo");
    expect(code).toBe(0);
  });

  it("gives the exit code of the command", async () => {
    const { api, folder } = await stage();
    const missing = ended(launch(folder, ["runs", "show", "demo", "--endpoint", api.url]));
    const wrong = ended(launch(folder, ["runs", "show"]));
    expect(await missing).toEqual({ out: "", err: 'error: there is no run "demo"\n', code: 1 });
    expect((await wrong).code).toBe(2);
  });

  it("ends with 130 on Ctrl-C, saying how to go on", async () => {
    const { api, folder } = await stage();
    api.fresh = [{ run: runOf({ id: "?" }), operations: [] }];
    const child = launch(folder, ["research", "--id", "demo", "--endpoint", api.url]);
    api.intercept = ({ url }) => {
      if (!url.endsWith("/history")) return undefined;
      child.kill("SIGINT");
      return "hang";
    };
    const { out, err, code } = await ended(child);
    expect(code).toBe(130);
    expect(out).toBe("");
    expect(err).toContain("npx savepoint runs watch demo");
  });

  it("is quiet when nobody reads on", async () => {
    const { api, folder } = await stage();
    const runs = Array.from({ length: 5_000 }, (_, index) => runOf({ id: `run-${index}` }));
    api.intercept = () => ({ status: 200, body: { runs } });
    const child = launch(folder, ["runs", "list", "--endpoint", api.url]);
    child.stdout.once("data", () => child.stdout.destroy());
    const [err, [code]] = await Promise.all([
      text(child.stderr),
      once(child, "exit") as Promise<[unknown]>,
    ]);
    expect([err, code]).toEqual(["", 0]);
  });
});
