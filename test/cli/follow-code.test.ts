import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { watchFolders } from "../../cli/watch-folders.ts";
import { RESEARCH_CONFIG } from "../../localstack/embedded/research-config.ts";
import { failure, type FakeApi } from "./fake-api.ts";
import { stackProcess } from "./fake-host.ts";
import { announceStack, stage } from "./fixture.ts";

/** What the stack answers to one reload after the other; the last stays. */
function answerReloads(api: FakeApi, answers: readonly object[]) {
  const left = [...answers];
  const seen: string[] = [];
  api.intercept = ({ method, url }) => {
    seen.push(`${method} ${url.split("?")[0]}`);
    if (url === "/health") return { status: 200, body: {} };
    if (url.endsWith("/resume")) return { status: 200, body: { id: "any", status: "queued" } };
    if (url !== "/__savepoint/reload") return undefined;
    const answer = left.length > 1 ? left.shift() : left[0];
    return { status: 200, body: { changed: [], inputs: [], complaints: [], ...answer } };
  };
  return seen;
}

/** A project whose stack comes up when it is started. */
async function project() {
  const { api, host, folder } = await stage();
  const config = join(folder, "savepoint.config.ts");
  await writeFile(config, "");
  const directory = join(folder, ".savepoint");
  await mkdir(directory);
  host.launch = () => {
    void announceStack(directory, api);
    return stackProcess((end) => end("exit code 0"));
  };
  return { api, host, folder, config, directory };
}

describe("savepoint dev in a project", () => {
  it("runs the project's configuration, and reloads when something changes in a folder of its code", async () => {
    const { api, host, folder, config, directory } = await project();
    const part = join(folder, "src/part.ts");
    answerReloads(api, [
      { inputs: [config, part] },
      { changed: ["worker"], inputs: [config, part] },
    ]);
    host.stdout.onWrite = (text) => {
      if (text.includes("reloaded")) host.interrupt();
    };
    const done = main(["dev"], host);
    await untilWatched(host, join(folder, "src"));
    host.watched[0]?.onChange();
    expect(await done).toBe(0);
    expect(host.launched).toEqual([{ directory, env: host.env, config }]);
    expect(host.stdout.lines.at(-1)).toContain("reloaded");
    expect(host.watched).toEqual([]);
  });

  it("tells why code does not compile, with file and line, and looks at that file's folder, too", async () => {
    const { api, host, folder } = await project();
    const file = join(folder, "lib/broken.ts");
    answerReloads(api, [
      { complaints: [{ file, line: 3, column: 7, text: 'Unexpected ";"' }, { text: "no file" }] },
    ]);
    const done = main(["dev"], host);
    await untilWatched(host, join(folder, "lib"));
    host.stdout.onWrite = () => {};
    host.interrupt();
    expect(await done).toBe(0);
    expect(host.stdout.lines.slice(-3)).toEqual([
      "not reloaded, the code from before goes on:",
      '  lib/broken.ts:3:7: Unexpected ";"',
      "  no file",
    ]);
  });

  it("says so when the code compiles and does not load", async () => {
    const { api, host } = await project();
    answerReloads(api, [{}]);
    const answer = api.intercept;
    api.intercept = (request) =>
      request.url === "/health" ? failure(504, "internal", "Init timed out") : answer(request);
    host.stdout.onWrite = (text) => {
      if (text.includes("Init timed out")) host.interrupt();
    };
    expect(await main(["dev"], host)).toBe(0);
    expect(host.stdout.lines.slice(-2)).toEqual([
      "the code compiles and does not load, so that nothing runs until it is mended:",
      "  Init timed out",
    ]);
  });

  it("has blocked runs tried with the new code", async () => {
    const { api, host } = await project();
    const seen = answerReloads(api, [{ changed: ["worker"] }]);
    const run = { id: "stuck", workflow: "w", status: "blocked" as const, startedAt: 1, epoch: 1 };
    api.runs.set("stuck", [{ run: { ...run, recoveries: 0, activity: [] }, operations: [] }]);
    host.stdout.onWrite = (text) => {
      if (text.includes("stuck")) host.interrupt();
    };
    expect(await main(["dev"], host)).toBe(0);
    expect(host.stdout.lines.at(-1)).toBe("run stuck was blocked, and is tried with the new code");
    expect(seen).toContain("POST /runs/stuck/resume");
  });

  it("follows a stack that another command has started, and leaves it running", async () => {
    const { api, host, config, directory } = await project();
    api.config = config;
    await announceStack(directory, api);
    answerReloads(api, [{ changed: ["worker"] }]);
    host.stdout.onWrite = (text) => {
      if (text.includes("reloaded")) host.interrupt();
    };
    expect(await main(["dev"], host)).toBe(0);
    expect(host.launched).toEqual([]);
    expect(host.stdout.lines[0]).toBe("already running:");
    expect(host.stdout.lines).toContain("code    savepoint.config.ts");
    expect(host.stdout.lines.at(-1)).toBe("the stack goes on; savepoint dev --stop ends it");
  });

  it("says so when the stack that runs there runs something else", async () => {
    const { api, host, folder, directory } = await project();
    await writeFile(join(folder, "other.ts"), "");
    api.config = join(folder, "other.ts");
    await announceStack(directory, api);
    expect(await main(["dev"], host)).toBe(1);
    expect(host.stderr.text).toContain(`runs ${join(folder, "other.ts")}; end it with`);
    host.stdout.onWrite = () => host.interrupt();
    expect(await main(["dev", "other.ts"], host)).toBe(0);
  });

  it("takes the file that it is told, and refuses one that is not there", async () => {
    const { api, host, folder, directory } = await project();
    await writeFile(join(folder, "other.ts"), "");
    answerReloads(api, [{}]);
    host.stdout.onWrite = () => host.interrupt();
    expect(await main(["dev", "missing.ts"], host)).toBe(2);
    expect(host.stderr.text).toContain(`there is no file ${join(folder, "missing.ts")}`);
    await main(["dev", "other.ts"], host);
    expect(host.launched).toMatchObject([{ directory, config: join(folder, "other.ts") }]);
  });
});

describe("other commands in a project", () => {
  it("start the stack with the project's configuration when it is not running", async () => {
    const { api, host, config, directory } = await project();
    answerReloads(api, [{}]);
    expect(await main(["runs", "list"], host)).toBe(0);
    expect(host.launched).toMatchObject([{ directory, config }]);
  });

  it("use the project's stack and variables in a folder below", async () => {
    const { api, host, folder, config, directory } = await project();
    answerReloads(api, [{}]);
    await writeFile(join(folder, "package.json"), "{}");
    await writeFile(join(folder, ".env"), "");
    const below = join(folder, "src/parts");
    await mkdir(below, { recursive: true });
    expect(await main(["runs", "list"], { ...host, cwd: below })).toBe(0);
    expect(host.launched).toMatchObject([{ directory, config, envFile: join(folder, ".env") }]);
    expect(readdirSync(below)).toEqual([]);
    host.launch = () => {
      void mkdir(join(directory, "research")).then(() =>
        announceStack(join(directory, "research"), api),
      );
      return stackProcess();
    };
    expect(await main(["research", "--detach"], { ...host, cwd: below })).toBe(0);
    expect(host.launched[1]).toMatchObject({ directory: join(directory, "research") });
    expect(host.stderr.text).toContain("--directory ../../.savepoint/research");
  });

  it("leave the project's stack alone for research, which gets one of its own", async () => {
    const { api, host, directory } = await project();
    host.launch = () => {
      void mkdir(join(directory, "research")).then(() =>
        announceStack(join(directory, "research"), api),
      );
      return stackProcess();
    };
    expect(await main(["research", "--detach", "--json"], host)).toBe(0);
    expect(host.launched).toMatchObject([{ directory: join(directory, "research") }]);
    expect(host.launched[0]).not.toHaveProperty("config");
  });

  it("do no research in a stack that runs something else", async () => {
    const { api, host, config, directory } = await project();
    api.config = config;
    await announceStack(directory, api);
    expect(await main(["research", "--detach", "--directory", ".savepoint"], host)).toBe(1);
    expect(host.stderr.text).toContain(`runs ${config}, not the research app`);
    api.config = RESEARCH_CONFIG;
    expect(await main(["research", "--detach", "--directory", ".savepoint"], host)).toBe(0);
  });
});

describe("a watched folder", () => {
  it("tells of files that are written or replaced in it, until nobody listens any more", async () => {
    const folder = mkdtempSync(join(tmpdir(), "watched-"));
    const changes = new EventTarget();
    let told = 0;
    const stop = watchFolders([folder], () => {
      told += 1;
      changes.dispatchEvent(new Event("change"));
    });
    const written = once(changes, "change");
    writeFileSync(join(folder, "a.ts"), "");
    await written;
    const appended = once(changes, "change");
    await appendFile(join(folder, "a.ts"), "more");
    await appended;
    stop();
    const before = told;
    rmSync(folder, { recursive: true });
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toBe(before);
  });
});

async function untilWatched(
  host: { readonly watched: { readonly folders: readonly string[] }[] },
  folder: string,
): Promise<void> {
  while (!host.watched.some(({ folders }) => folders.includes(folder))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
