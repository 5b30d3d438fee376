import { describe, expect, test } from "vitest";
import { Failure, Health } from "../../lambda/api/schemas.ts";
import { StoreUnavailableError } from "../../lambda/core/errors.ts";
import { apiWith, failure } from "./call.ts";

describe("everything else", () => {
  test("health tells the version", async () => {
    const { status, body } = await apiWith().call("GET", "/health");
    expect([status, Health.parse(body)]).toEqual([200, { status: "ok", version: "1.2.3" }]);
  });

  test("HEAD answers as GET without a body", async () => {
    const { status, body } = await apiWith().call("HEAD", "/health");
    expect([status, body]).toEqual([200, undefined]);
  });

  test.each([
    ["PUT", "/runs/d-1", "POST, GET, HEAD, DELETE"],
    ["GET", "/runs/d-1/cancel", "POST"],
    ["GET", "/runs/d-1/events/approved", "POST"],
    ["PUT", "/runs", "GET, HEAD"],
    ["POST", "/runs/d-1/history", "GET, HEAD"],
    ["POST", "/health", "GET, HEAD"],
    ["PATCH", "/openapi.json", "GET, HEAD"],
  ])("%s %s answers 405 with what is allowed", async (method, path, allow) => {
    const { status, headers, body } = await apiWith().call(method, path);
    expect([status, headers.get("allow")]).toEqual([405, allow]);
    expect(Failure.parse(body)).toEqual(failure("method_not_allowed"));
  });

  test.each(["/", "/run", "/runs/", "/runs/a/b/c", "/health/"])("%s answers 404", async (path) => {
    const { status, body } = await apiWith().call("GET", path);
    expect([status, body]).toEqual([404, failure("not_found")]);
  });

  test("answers are not cached, nor guessed to be anything but JSON", async () => {
    for (const path of ["/health", "/nothing"]) {
      const { headers } = await apiWith().call("GET", path);
      expect(headers.get("content-type")).toBe("application/json");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });
});

describe("failures of the server", () => {
  test("are told to the log, and to callers only that they happened", async () => {
    const { call, logged, savepoint } = apiWith();
    savepoint.failure = new Error("password=hunter2");
    const { status, body } = await call("GET", "/runs/d-1");
    expect([status, body]).toEqual([500, failure("internal")]);
    expect(JSON.stringify(body)).not.toContain("hunter2");
    expect(logged).toEqual([{ method: "GET", path: "/runs/d-1", error: savepoint.failure }]);
  });

  test("an unreachable store answers 503 and when to come back", async () => {
    const { call, savepoint } = apiWith();
    savepoint.failure = new StoreUnavailableError("AWS did not answer");
    const { status, headers, body } = await call("GET", "/runs/d-1");
    expect([status, body]).toEqual([503, failure("store_unavailable")]);
    expect(headers.get("retry-after")).toBe("1");
  });
});
