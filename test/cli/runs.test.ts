import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import type { Operation } from "../../lambda/http/wire.ts";
import { BEGAN, runOf, stepOf } from "./fake-api.ts";
import { stage } from "./fixture.ts";

const ended = runOf({
  id: "demo",
  status: "succeeded",
  finishedAt: BEGAN + 900,
  output: { report: "# Report" },
});

const childOf = (id: string): Operation =>
  stepOf({ key: "q", kind: "run", state: "waiting", childId: id });

describe("savepoint runs list", () => {
  it("prints a table of the runs asked for, newest first as the API has them", async () => {
    const { api, host } = await stage();
    api.runs.set("demo", [{ run: ended, operations: [] }]);
    api.runs.set("b", [{ run: runOf({ id: "b\u001B[31m", startedAt: BEGAN }), operations: [] }]);
    const filter = ["--workflow", "research", "--status", "running", "--limit", "5"];
    filter.push("--status", "waiting", "--workflow", "digest");
    filter.push("--attribute", "tenant=a=b", "--attribute", "tier=");
    expect(await main(["runs", "list", ...filter, "--endpoint", api.url], host)).toBe(0);
    expect(api.requests.map(({ url }) => url)).toEqual([
      "/runs?workflow=research&workflow=digest&status=running&status=waiting&limit=5&attribute=tenant%3Aa%3Db&attribute=tier%3A",
    ]);
    expect(host.stdout.lines).toEqual([
      "ID    WORKFLOW  STATUS     STARTED                   TOOK",
      "demo  research  succeeded  2026-01-01T00:00:00.000Z  900 ms",
      "b     research  running    2026-01-01T00:00:00.000Z  0 ms",
    ]);
  });

  it("tells how to see more", async () => {
    const { api, host } = await stage();
    api.intercept = () => ({ status: 200, body: { runs: [ended], next: "abc" } });
    await main(["runs", "list", "--endpoint", api.url, "--json"], host);
    expect(JSON.parse(host.stdout.text)).toMatchObject({ runs: [{ id: "demo" }], next: "abc" });
    await main(["runs", "list", "--endpoint", api.url, "--cursor", "xyz"], host);
    expect(host.stderr.lines).toEqual(["more: --cursor abc"]);
    expect(api.requests.at(-1)?.url).toBe("/runs?cursor=xyz");
  });

  it("says where there are none", async () => {
    const { api, host } = await stage();
    expect(await main(["runs", "list", "--endpoint", api.url], host)).toBe(0);
    expect([host.stdout.text, host.stderr.text]).toEqual(["", `no runs at ${api.url}\n`]);
  });

  it("tells which workflows there are runs of when it was asked for one that has none", async () => {
    const { api, host } = await stage();
    api.intercept = ({ url }) => {
      const runs = ["digest", "research", "digest"].map((workflow) => runOf({ id: "a", workflow }));
      return { status: 200, body: { runs: url === "/runs" ? runs : [] } };
    };
    const list = (...workflow: readonly string[]) =>
      main(["runs", "list", ...workflow, "--endpoint", api.url], host);
    expect(await list("--workflow", "digset", "--workflow", "digest")).toBe(0);
    await list("--workflow", "digest", "--status", "failed");
    await list("--status", "failed");
    expect(host.stderr.lines).toEqual([
      `no runs at ${api.url}; the newest are of digest, research`,
      `no runs at ${api.url}`,
      `no runs at ${api.url}`,
    ]);
  });

  it("sends the token of an API that wants one", async () => {
    const { api, host } = await stage();
    host.env["SAVEPOINT_TOKEN"] = "secret";
    await main(["runs", "list", "--endpoint", `${api.url}/`], host);
    expect(api.requests).toMatchObject([{ url: "/runs", token: "secret" }]);
  });
});

describe("savepoint runs show", () => {
  const error = { name: "TerminalError", message: "no such\nstory" };
  const run = runOf({
    ...ended,
    status: "failed",
    error,
    output: undefined,
    failedOperation: "read",
    deadline: BEGAN + 3_600_000,
    attributes: { tenant: "acme" },
    round: 2,
    forkedFrom: { id: "first", key: "search" },
  });
  const operations = [stepOf({ key: "search" }), stepOf({ key: "read", state: "failed" })];

  it("prints what the run is and what it has recorded", async () => {
    const { api, host } = await stage();
    api.runs.set("demo", [{ run, operations }]);
    expect(await main(["runs", "show", "demo", "--endpoint", api.url], host)).toBe(0);
    expect(host.stdout.lines).toEqual([
      "run         demo",
      "workflow    research",
      "status      failed",
      "started     2026-01-01T00:00:00.000Z",
      "took        900 ms",
      "deadline    2026-01-01T01:00:00.000Z",
      'attributes  {"tenant":"acme"}',
      "forked from first, before search",
      "round       2",
      "claims      1",
      'input       {"topic":"durable execution"}',
      "failed in   read",
      "error",
      "  TerminalError: no such story",
      "",
      "OPERATION  KIND  STATE      BYTES  FACTS",
      "search     step  succeeded  20     120 ms",
      "read       step  failed     20     120 ms",
    ]);
  });

  it("tells of a run that goes on what it waits for, and of a blocked one what that waits for", async () => {
    const { api, host } = await stage();
    const blocked = runOf({ id: "demo~0~q", status: "blocked", dueAt: BEGAN });
    const once = stepOf({ key: "once", state: "running" });
    const sleep = stepOf({ key: "rest", kind: "sleep", state: "waiting", wakeAt: BEGAN });
    const child = childOf("demo~0~q");
    api.runs.set("demo", [
      { run: runOf({ id: "demo", status: "waiting" }), operations: [sleep, once, child] },
    ]);
    api.runs.set("demo~0~q", [{ run: blocked, operations: [] }]);
    expect(await main(["runs", "show", "demo", "--endpoint", api.url], host)).toBe(0);
    expect(host.stdout.lines.slice(-4)).toEqual([
      "OPERATION  KIND   STATE    BYTES  FACTS",
      "rest       sleep  ended    20     0 ms",
      "once       step   running  20     120 ms",
      "q          run    waiting  20     120 ms · child demo~0~q is blocked",
    ]);
    await main(["runs", "show", "demo~0~q", "--endpoint", api.url], host);
    expect(host.stdout.lines).toContain(
      "goes on     once other code is deployed, or by runs resume",
    );
  });

  it("tells where in the code it failed, as runs watch does", async () => {
    const { api, host } = await stage();
    const stack = "TerminalError: no\n    at read (/app/src/digest.ts:3:9)";
    api.runs.set("demo", [{ run: { ...run, error: { ...error, stack } }, operations }]);
    await main(["runs", "show", "demo", "--endpoint", api.url], host);
    expect(host.stdout.lines).toContain("      at read (/app/src/digest.ts:3:9)");
    await main(["runs", "watch", "demo", "--endpoint", api.url], host);
    expect(host.stderr.lines.slice(-2)).toEqual([
      "  TerminalError: no such story",
      "      at read (/app/src/digest.ts:3:9)",
    ]);
  });

  it("tells of each operation that failed with what, also where there are no attempts", async () => {
    const { api, host } = await stage();
    const failed = (key: string, kind: string, message: string) =>
      stepOf({ key, kind, state: "failed", attempts: 0, error: { name: "Error", message } });
    const recorded = [
      failed("answer", "wait", "no event came"),
      failed("child", "run", "no such story"),
    ];
    const last = { attempt: 2, name: "Error", message: "HTTP 503" };
    const step = { ...failed("fetch", "step", "failed twice"), errors: [last] };
    api.runs.set("demo", [{ run, operations: [...recorded, step] }]);
    await main(["runs", "show", "demo", "--endpoint", api.url], host);
    expect(host.stdout.lines.slice(-3)).toEqual([
      "answer     wait  failed  20     120 ms · no event came",
      "child      run   failed  20     120 ms · no such story",
      "fetch      step  failed  20     120 ms · HTTP 503",
    ]);
  });

  it("asks for nothing else when the id would lead there", async () => {
    const { api, host } = await stage();
    expect(await main(["runs", "show", "..", "--endpoint", api.url], host)).toBe(1);
    expect(await main(["start", "..", "--endpoint", api.url], host)).toBe(1);
    expect(host.stderr.lines).toEqual([
      'error: there is no run "..": that is not a run id',
      'error: there is no workflow ".."',
    ]);
    expect(api.requests).toEqual([]);
  });

  it("prints all of it as JSON", async () => {
    const { api, host } = await stage();
    api.runs.set("demo", [{ run, operations }]);
    await main(["runs", "show", "demo", "--json", "--endpoint", api.url], host);
    expect(JSON.parse(host.stdout.text)).toMatchObject({ id: "demo", error, operations });
  });

  it("says that there is no such run", async () => {
    const { api, host } = await stage();
    expect(await main(["runs", "show", "a@b", "--endpoint", api.url], host)).toBe(1);
    expect(host.stderr.text).toBe('error: there is no run "a@b"\n');
    expect(api.requests.map(({ url }) => url)).toEqual(["/runs/a%40b"]);
  });
});

describe("savepoint runs watch", () => {
  it("follows the run, children too, and prints what came of it", async () => {
    const { api, host } = await stage();
    const child = childOf("demo~0~q");
    api.runs.set("demo", [
      { run: runOf({ id: "demo" }), operations: [child] },
      { run: ended, operations: [{ ...child, state: "succeeded" }] },
    ]);
    const search = runOf({ id: "demo~0~q", workflow: "search-query", status: "succeeded" });
    api.runs.set(search.id, [{ run: search, operations: [stepOf({ key: "read" })] }]);
    expect(await main(["runs", "watch", "demo", "--endpoint", api.url], host)).toBe(0);
    expect(host.stdout.text).toBe("# Report\n");
    expect(host.stderr.text).toContain("✔ q › read  120 ms");
    const looks = api.requests.filter(({ url }) => url.includes("~0~q"));
    // The run and its history once: what has finished does not change.
    expect(looks).toHaveLength(2);
  });

  it("prints the output of a run that wrote no report as JSON", async () => {
    const { api, host } = await stage();
    api.runs.set("demo", [{ run: { ...ended, output: [1] }, operations: [] }]);
    await main(["runs", "watch", "demo", "--endpoint", api.url], host);
    expect(JSON.parse(host.stdout.text)).toEqual([1]);
  });

  it("waits for a child that is recorded and not started yet", async () => {
    const { api, host } = await stage();
    const child = childOf("demo~0~q");
    api.runs.set("demo", [
      { run: runOf({ id: "demo" }), operations: [child] },
      { run: ended, operations: [child] },
    ]);
    expect(await main(["runs", "watch", "demo", "--endpoint", api.url], host)).toBe(0);
  });

  it("does not go round in circles when two runs are attached to each other", async () => {
    const { api, host } = await stage();
    api.runs.set("demo", [{ run: ended, operations: [childOf("other")] }]);
    api.runs.set("other", [{ run: runOf({ id: "other" }), operations: [childOf("demo")] }]);
    expect(await main(["runs", "watch", "demo", "--endpoint", api.url], host)).toBe(0);
    expect(api.requests).toHaveLength(4);
  });

  it("draws the tree where a person looks at a terminal", async () => {
    const { api, host } = await stage();
    host.stderr.isTTY = true;
    host.env["NO_COLOR"] = "1";
    api.runs.set("demo", [{ run: ended, operations: [stepOf({ key: "plan" })] }]);
    await main(["runs", "watch", "demo", "--endpoint", api.url], host);
    expect(host.stderr.text).toContain("✔ research demo  900 ms\n└─ ✔ plan  120 ms\n");
  });
});

describe("savepoint runs history", () => {
  const recorded = {
    id: "demo",
    incarnation: "I",
    workflow: "research",
    versions: {},
    status: "succeeded",
    startedAt: BEGAN,
    exportedAt: BEGAN,
    round: 1,
    roundAt: BEGAN,
    epoch: 1,
    input: { json: "\u009B31m" },
  };
  const operation = (key: string) => ({
    key,
    kind: "step",
    ordinal: 0,
    state: "done",
    epoch: 1,
    startedAt: BEGAN,
    result: { json: 1 },
  });

  it("prints all pages as one history, which harms no terminal", async () => {
    const { api, host } = await stage();
    api.intercept = ({ url }) => {
      const page = url.endsWith("cursor=c2")
        ? { operations: [operation("b")] }
        : { run: recorded, operations: [operation("a")], next: "c2" };
      return { status: 200, body: { format: 1, ...page } };
    };
    expect(await main(["runs", "history", "demo", "--endpoint", api.url], host)).toBe(0);
    expect(JSON.parse(host.stdout.text)).toEqual({
      format: 1,
      run: recorded,
      operations: [operation("a"), operation("b")],
    });
    expect(host.stdout.text).not.toContain("\u009B");
    expect(api.requests.map(({ url }) => url)).toEqual([
      "/runs/demo/export",
      "/runs/demo/export?cursor=c2",
    ]);
  });
});
