import { describe, expect, test } from "vitest";
import { History, HistoryPage, Run, RunPage } from "../../lambda/api/schemas.ts";
import { TerminalError } from "../../lambda/core/errors.ts";
import { apiWith, failure } from "./call.ts";

describe("one run", () => {
  test("is shown with its values as JSON", async () => {
    const { call, savepoint } = apiWith();
    savepoint.put("d-1", {
      status: "failed",
      input: { at: new Date(0), size: 2n ** 64n },
      error: new TerminalError("no", { cause: new TypeError("t"), details: new Map([["k", 1]]) }),
      failedOperation: "fetch",
      deadline: 9,
      attributes: { tenant: "acme" },
    });
    const { status, body } = await call("GET", "/runs/d-1");
    expect(status).toBe(200);
    expect(Run.parse(body)).toMatchObject({
      input: { at: "1970-01-01T00:00:00.000Z", size: "18446744073709551616" },
      error: {
        name: "TerminalError",
        code: "terminal",
        message: "no",
        details: [["k", 1]],
        cause: { name: "TypeError", message: "t" },
      },
      failedOperation: "fetch",
      deadline: 9,
      attributes: { tenant: "acme" },
    });
  });

  test("is waited for as many seconds as asked", async () => {
    const { call, savepoint } = apiWith();
    savepoint.put("d-1", { status: "succeeded", output: [1] });
    expect(await call("GET", "/runs/d-1?wait=20")).toMatchObject({
      status: 200,
      body: { output: [1] },
    });
    expect(savepoint.asked).toEqual([{ timeout: 20_000 }]);
    await call("GET", "/runs/d-1?wait=0");
    expect(savepoint.asked).toHaveLength(1);
  });

  test.each(["21", "-1", "1.5", "", "x", "1&wait=2"])("a wait of %j answers 422", async (wait) => {
    const { call, savepoint } = apiWith();
    savepoint.put("d-1", {});
    const { status, body } = await call("GET", `/runs/d-1?wait=${wait}`);
    expect([status, body]).toEqual([422, failure("validation", expect.stringContaining("wait"))]);
  });

  test.each(["unknown", "parent~1~child", "a%20b", "%2E%2E%2Fetc", "x".repeat(201), "%zz"])(
    "that does not exist answers 404: %s",
    async (id) => {
      for (const path of [`/runs/${id}`, `/runs/${id}/history`, `/runs/${id}/export`]) {
        const { status, body } = await apiWith().call("GET", path);
        expect([status, body]).toEqual([404, failure("run_not_found")]);
      }
    },
  );

  test("a child's id needs no escaping", async () => {
    const { call, savepoint } = apiWith();
    savepoint.put("p~1~digests@story-7", {});
    expect(await call("GET", "/runs/p~1~digests@story-7")).toMatchObject({ status: 200 });
  });

  test("a caller who leaves while waiting is no failure of the server", async () => {
    const { call, logged, savepoint } = apiWith();
    savepoint.put("d-1", {});
    await call("GET", "/runs/d-1?wait=20", { signal: AbortSignal.abort() });
    expect(logged).toEqual([]);
  });

  test("shows its history", async () => {
    const { call, savepoint } = apiWith();
    savepoint.put("d-1", {});
    const entry = {
      key: "fetch",
      kind: "step",
      state: "backoff",
      startedAt: 1,
      attempts: 1,
      errors: [{ attempt: 1, name: "TypeError", message: "fetch failed", at: 2 }],
      wakeAt: 1_002,
      bytes: 0,
    } as const;
    savepoint.histories.set("d-1", [entry]);
    const { status, body } = await call("GET", "/runs/d-1/history");
    expect(status).toBe(200);
    expect(History.parse(body)).toEqual({ operations: [entry] });
  });
});

describe("the list", () => {
  test("passes every filter on", async () => {
    const { call, savepoint } = apiWith();
    savepoint.put("d-1", {});
    const { status, body } = await call(
      "GET",
      "/runs?workflow=digest&status=waiting&since=5&until=10&parent=p&limit=3&cursor=c",
    );
    expect(status).toBe(200);
    expect(RunPage.parse(body)).toMatchObject({ runs: [{ id: "d-1" }], next: "cursor-2" });
    const asked = {
      workflow: ["digest"],
      status: ["waiting"],
      since: 5,
      until: 10,
      parent: "p",
      limit: 3,
      cursor: "c",
    };
    expect(savepoint.asked).toEqual([asked]);
    await call("GET", "/runs");
    expect(savepoint.asked[1]).toEqual({});
    await call("GET", "/runs?workflow=a&status=failed&workflow=b&status=blocked");
    expect(savepoint.asked[2]).toEqual({ workflow: ["a", "b"], status: ["failed", "blocked"] });
  });

  test("is filtered by attributes, whose values may hold anything", async () => {
    const { call, savepoint } = apiWith();
    await call("GET", "/runs?attribute=tenant:acme");
    await call("GET", "/runs?attribute=tenant:a%3Ab&attribute=tier:");
    expect(savepoint.asked).toEqual([
      { attributes: { tenant: "acme" } },
      { attributes: { tenant: "a:b", tier: "" } },
    ]);
  });

  test.each([
    "attribute=tenant",
    "attribute=a%20b:c",
    "status=done",
    "limit=0",
    "limit=201",
    "limit=",
    "since=yesterday",
    "colour=red",
    "limit=1&limit=2",
  ])("%s answers 422 that names it", async (query) => {
    const { status, body } = await apiWith().call("GET", `/runs?${query}`);
    const named = expect.stringContaining(query.split("=")[0] ?? "") as unknown;
    expect([status, body]).toEqual([422, failure("validation", named)]);
  });
});

describe("the export of a run", () => {
  test("is answered a page at a time", async () => {
    const { call, savepoint } = apiWith();
    savepoint.put("d-1", {});
    const operation = { key: "a", kind: "step", ordinal: 0, state: "done", epoch: 1, startedAt: 1 };
    const page = HistoryPage.parse({ format: 1, operations: [operation], next: "c2" });
    savepoint.pages.set(undefined, page);
    expect(await call("GET", "/runs/d-1/export")).toMatchObject({ status: 200, body: page });
    await call("GET", "/runs/d-1/export?cursor=c2");
    expect(savepoint.asked).toEqual([
      ["export", { bytesMax: 1_000_000, cursor: undefined }],
      ["export", { bytesMax: 1_000_000, cursor: "c2" }],
    ]);
  });
});
