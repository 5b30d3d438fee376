import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { runOf } from "./fake-api.ts";
import { stackProcess } from "./fake-host.ts";
import { announceStack, stage, type Stage } from "./fixture.ts";

/** A project in which a stack comes up as soon as it is started. */
async function project(): Promise<Stage> {
  const staged = await stage();
  const { api, host, folder } = staged;
  await writeFile(join(folder, "savepoint.config.ts"), "");
  host.env["SAVEPOINT_DIRECTORY"] = folder;
  api.fresh = [{ run: runOf({ id: "?" }), operations: [] }];
  host.launch = ({ envFile }) => {
    api.envFile = envFile;
    const process = stackProcess();
    void announceStack(folder, api).then(() => process.end("SIGKILL"));
    return process;
  };
  return staged;
}

describe.each([["dev"], ["start"]])("a stack that savepoint %s starts", (command) => {
  const words = command === "start" ? ["start", "digest"] : ["dev"];

  it("is given the variables of .env where the project has one", async () => {
    const { host, folder } = await project();
    await writeFile(join(folder, ".env"), "API_URL=http://127.0.0.1:8080\n");
    await main(words, host);
    expect(host.launched).toMatchObject([{ envFile: join(folder, ".env") }]);
  });

  it("is given none where it has none, but a folder of that name", async () => {
    const { host, folder } = await project();
    await mkdir(join(folder, ".env"));
    await main(words, host);
    expect(host.launched).toHaveLength(1);
    expect(host.launched[0]).not.toHaveProperty("envFile");
  });

  it("is given those of the file that is named instead", async () => {
    const { host, folder } = await project();
    await writeFile(join(folder, ".env"), "API_URL=http://127.0.0.1:8080\n");
    await writeFile(join(folder, "other.env"), "API_URL=http://127.0.0.1:8081\n");
    await main([...words, "--env-file", "other.env"], host);
    expect(host.launched).toMatchObject([{ envFile: join(folder, "other.env") }]);
  });

  it.each([
    ["none.env", /^error: the variables in .*none\.env cannot be read: ENOENT/],
    ["bad.env", /^error: .*bad\.env has AWS_PROFILE, SAVEPOINT_TABLE, which the embedded stack/],
  ])("is not started with %s", async (name, complaint) => {
    const { host, folder } = await project();
    await writeFile(join(folder, "bad.env"), "AWS_PROFILE=mine\nX=1\nSAVEPOINT_TABLE=t\n");
    expect(await main([...words, "--env-file", name], host)).toBe(1);
    expect(host.stderr.lines[0]).toMatch(complaint);
    expect(host.launched).toEqual([]);
  });

  it.each([
    [undefined, "without a file of variables"],
    ["/elsewhere/.env", "with those of /elsewhere/.env"],
  ])("is not taken for one with other variables: that of %s", async (envFile, how) => {
    const { api, host, folder } = await project();
    api.envFile = envFile;
    await announceStack(folder, api);
    await writeFile(join(folder, "other.env"), "X=1\n");
    expect(await main([...words, "--env-file", "other.env"], host)).toBe(1);
    expect(host.stderr.lines.at(-1)).toBe(
      `error: the stack in ${folder} was started ${how}; end it with savepoint dev --stop, and try again`,
    );
    expect(host.launched).toEqual([]);
  });
});

it("the research app is given no .env that happens to be there", async () => {
  const { api, host, folder } = await stage();
  host.env["SAVEPOINT_DIRECTORY"] = folder;
  await writeFile(join(folder, ".env"), "AWS_PROFILE=mine\n");
  host.launch = () => {
    const process = stackProcess();
    void announceStack(folder, api).then(() => process.end("SIGKILL"));
    return process;
  };
  await main(["dev"], host);
  expect(host.launched).toHaveLength(1);
  expect(host.launched[0]).not.toHaveProperty("envFile");
});

it("dev says which file the stack has its variables from", async () => {
  const { host, folder } = await project();
  await writeFile(join(folder, ".env"), "");
  await main(["dev"], host);
  expect(host.stdout.lines).toContain("env     .env");
});

it("a file for another's API is refused", async () => {
  const { api, host } = await project();
  const words = ["start", "digest", "--env-file", ".env", "--endpoint", api.url];
  expect(await main(words, host)).toBe(2);
  expect(host.stderr.lines[0]).toContain("--env-file is for the embedded stack");
});
