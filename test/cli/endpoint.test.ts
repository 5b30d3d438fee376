import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { BEGAN, runOf } from "./fake-api.ts";
import { stackProcess } from "./fake-host.ts";
import { announceStack, stage, type Stage } from "./fixture.ts";

/** A folder in which a stack comes up as soon as it is started. */
async function startable(): Promise<Stage> {
  const staged = await stage();
  const { api, host, folder } = staged;
  host.launch = ({ directory }) => {
    void mkdir(directory, { recursive: true }).then(() => announceStack(directory, api));
    return stackProcess();
  };
  host.env["SAVEPOINT_DIRECTORY"] = join(folder, "stack");
  return staged;
}

describe("SAVEPOINT_ENDPOINT", () => {
  it("names the deployment that commands are for, and that the commands they advise are for", async () => {
    const { api, host } = await stage();
    Object.assign(host.env, { SAVEPOINT_ENDPOINT: `${api.url}/`, SAVEPOINT_TOKEN: "secret" });
    expect(await main(["runs", "list", "--status", "failed"], host)).toBe(0);
    expect(await main(["start", "digest", "--id", "a"], host)).toBe(0);
    expect(api.requests).toMatchObject([
      { url: "/runs?status=failed", token: "secret" },
      { url: "/runs/digest", token: "secret" },
    ]);
    expect(host.launched).toEqual([]);
    expect(host.stderr.text).toContain(`npx savepoint runs watch a --endpoint ${api.url}`);
  });

  it("is signed for by the commands that are advised, too, where this one was", async () => {
    const { api, host } = await stage();
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test").stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("AWS_REGION", "us-east-1");
    onTestFinished(() => void vi.unstubAllEnvs());
    host.env["SAVEPOINT_ENDPOINT"] = api.url;
    expect(await main(["start", "digest", "--id", "a", "--iam"], host)).toBe(0);
    expect(host.stderr.text).toContain(`npx savepoint runs watch a --endpoint ${api.url} --iam`);
  });

  it("yields to --endpoint, and to a --directory, but to no SAVEPOINT_DIRECTORY", async () => {
    const { api, host, folder } = await stage();
    Object.assign(host.env, { SAVEPOINT_ENDPOINT: api.url, SAVEPOINT_DIRECTORY: folder });
    const other = (await stage()).api;
    const stack = (await stage()).api;
    await announceStack(folder, stack);
    const asked = () => [api, other, stack].map(({ requests }) => requests.length);
    await main(["runs", "list"], host);
    expect(asked()).toEqual([1, 0, 0]);
    await main(["runs", "list", "--endpoint", other.url, "--directory", "."], host);
    expect(asked()).toEqual([1, 1, 0]);
    await main(["runs", "list", "--directory", "."], host);
    expect(asked().slice(0, 2)).toEqual([1, 1]);
    expect(stack.requests.map(({ url }) => url)).toContain("/runs");
  });

  it("is for research, too, also in the folder of a project", async () => {
    const { api, host } = await startable();
    api.fresh = [{ run: runOf({ id: "?" }), operations: [] }];
    host.env["SAVEPOINT_ENDPOINT"] = api.url;
    expect(await main(["research", "--detach", "--id", "r"], host)).toBe(0);
    expect(host.launched).toEqual([]);
    expect(await main(["research", "--crash-after", "1"], host)).toBe(2);
    expect(host.stderr.lines.at(-1)).toContain("leave it out beside SAVEPOINT_ENDPOINT");
  });

  it("is what a complaint about it names", async () => {
    const { host } = await stage();
    host.env["SAVEPOINT_ENDPOINT"] = "example.org";
    expect(await main(["runs", "list"], host)).toBe(2);
    expect(host.stderr.lines[0]).toBe(
      'error: SAVEPOINT_ENDPOINT is "example.org"; give the http or https URL of an API',
    );
    expect(await main(["start", "digest", "--env-file", ".env"], host)).toBe(2);
    expect(host.stderr.text).toContain("leave it out beside SAVEPOINT_ENDPOINT");
  });
});

describe("without an endpoint", () => {
  const choice = ["--status", "failed"];

  it("a list says that its stack has only just been started, and which one has no runs", async () => {
    const { host } = await startable();
    const stack = host.env["SAVEPOINT_DIRECTORY"];
    expect(await main(["runs", "list", ...choice], host)).toBe(0);
    expect(host.stderr.lines).toEqual([
      `started the embedded stack of ${stack} (a deployment is named by --endpoint or SAVEPOINT_ENDPOINT)`,
      `no runs in the embedded stack of ${stack}`,
    ]);
    expect(await main(["runs", "list", ...choice], host)).toBe(0);
    expect(host.stderr.lines.slice(2)).toEqual([`no runs in the embedded stack of ${stack}`]);
  });

  it("what is JSON stays so", async () => {
    const { api, host } = await startable();
    api.runs.set("a", [{ run: runOf({ id: "a", startedAt: BEGAN }), operations: [] }]);
    expect(await main(["runs", "list", "--json"], host)).toBe(0);
    expect(JSON.parse(host.stdout.text)).toMatchObject({ runs: [{ id: "a" }] });
    expect(host.stderr.text).toMatch(/^started the embedded stack of /);
  });

  it.each([[["--dry-run"]], [[]]])("a bulk command with %j says so as well", async (options) => {
    const { api, host } = await startable();
    api.intercept = ({ url }) =>
      url.startsWith("/bulk/")
        ? { status: 200, body: { matched: 0, done: 0, runs: [], failures: [] } }
        : undefined;
    expect(await main(["runs", "resume", ...choice, ...options], host)).toBe(0);
    expect(host.stderr.lines).toEqual([
      expect.stringMatching(/^started the embedded stack of /),
      `no runs to resume in the embedded stack of ${host.env["SAVEPOINT_DIRECTORY"]}`,
    ]);
  });
});
