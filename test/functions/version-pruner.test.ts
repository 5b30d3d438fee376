import { afterEach, describe, expect, it } from "vitest";
import { createVersionPruner } from "../../lambda/functions/create-version-pruner.ts";
import { collectingLog, type LoggedLine } from "../../lambda/testing/logs.ts";
import { type LambdaApi, startLambdaApi } from "./lambda-api.ts";

let api: LambdaApi;
afterEach(() => api.close());

const upTo = (newest: number) => Array.from({ length: newest }, (_, n) => String(n + 1));

/** Functions of an account, each with an alias that calls the version named behind it. */
async function account(
  functions: Readonly<Record<string, readonly [versions: number, live: string]>>,
  refuse?: Parameters<typeof startLambdaApi>[0],
) {
  api = await startLambdaApi(refuse);
  for (const [name, [versions, live]] of Object.entries(functions)) {
    const aliases = new Map([["live", live]]);
    api.functions.set(name, { versions: new Set(upTo(versions)), aliases });
  }
  const lines: LoggedLine[] = [];
  const names = Object.keys(functions);
  const prune = createVersionPruner({
    client: api.client,
    functions: names,
    log: collectingLog(lines),
  });
  const left = () =>
    Object.fromEntries(names.map((name) => [name, [...(api.functions.get(name)?.versions ?? [])]]));
  return { prune, left, lines };
}

describe("the pruner", () => {
  it("leaves of each function the newest five and the one that its alias calls", async () => {
    const { prune, left, lines } = await account({
      worker: [12, "12"],
      api: [9, "2"],
      new: [1, "1"],
    });
    await prune();
    expect(left()).toEqual({
      worker: ["8", "9", "10", "11", "12"],
      api: ["2", "5", "6", "7", "8", "9"],
      new: ["1"],
    });
    expect(lines.map(({ level, fields }) => ({ level, ...fields }))).toEqual([
      { level: "info", function: "worker", versions: upTo(7) },
      { level: "info", function: "api", versions: ["1", "3", "4"] },
    ]);
  });

  it("looks at every page of versions and aliases, and deletes nothing twice", async () => {
    const { prune, left } = await account({ worker: [10, "10"] });
    const { aliases = new Map() } = api.functions.get("worker") ?? {};
    for (const version of ["1", "2", "3"]) aliases.set(`stays-${version}`, version);
    await prune();
    await prune();
    expect(left()).toEqual({ worker: ["1", "2", "3", "6", "7", "8", "9", "10"] });
    const deleted = api.requests.filter((request) => request.startsWith("DELETE"));
    expect(deleted).toEqual(["DELETE worker?Qualifier=4", "DELETE worker?Qualifier=5"]);
  });

  it("never asks for anything to be deleted without saying which version", async () => {
    const { prune } = await account({ worker: [20, "20"], api: [20, "1"] });
    await prune();
    const deleted = api.requests.filter((request) => request.startsWith("DELETE"));
    expect(deleted).toHaveLength(15 + 14);
    expect(deleted.filter((request) => !/\?Qualifier=\d+$/.test(request))).toEqual([]);
  });

  it("keeps a version that an alias was pointed to meanwhile, and says so", async () => {
    const conflict = (request: string) =>
      request === "DELETE worker?Qualifier=2" ? "ResourceConflictException" : undefined;
    const { prune, left, lines } = await account({ worker: [8, "8"] }, conflict);
    await prune();
    expect(left()).toEqual({ worker: ["2", "4", "5", "6", "7", "8"] });
    expect(lines.filter(({ level }) => level === "warn")).toMatchObject([
      {
        fields: { function: "worker", version: "2", error: { name: "ResourceConflictException" } },
      },
    ]);
  });

  it("takes a version that another has deleted meanwhile for deleted", async () => {
    const gone = (request: string) =>
      request === "DELETE worker?Qualifier=1" ? "ResourceNotFoundException" : undefined;
    const { prune, lines } = await account({ worker: [7, "7"] }, gone);
    await prune();
    expect(lines).toMatchObject([{ level: "info", fields: { versions: ["2"] } }]);
  });

  it("prunes the others when it fails with one function, and fails in the end", async () => {
    const denied = (request: string) =>
      request.startsWith("GET worker/aliases") ? "AccessDeniedException" : undefined;
    const { prune, left, lines } = await account({ worker: [7, "7"], api: [7, "7"] }, denied);
    await expect(prune()).rejects.toThrow("versions of 1 functions were not pruned");
    expect(left()).toEqual({ worker: upTo(7), api: ["3", "4", "5", "6", "7"] });
    expect(lines).toMatchObject([
      { level: "error", fields: { function: "worker", error: { name: "AccessDeniedException" } } },
      { level: "info", fields: { function: "api" } },
    ]);
  });

  it("fails for a function that is not there: it was told of another deployment's", async () => {
    const { prune } = await account({ worker: [1, "1"] });
    api.functions.delete("worker");
    await expect(prune()).rejects.toThrow("versions of 1 functions");
  });
});
