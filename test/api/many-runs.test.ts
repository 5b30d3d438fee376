import { describe, expect, test } from "vitest";
import { BulkPage } from "../../lambda/api/schemas.ts";
import { InvalidArgumentError } from "../../lambda/core/errors.ts";
import { apiWith, failure } from "./call.ts";

const PAGE = {
  matched: 2,
  done: 1,
  runs: [{ id: "a", status: "queued" as const, fork: "b" }],
  failures: [{ id: "c", code: "run_conflict", message: "is being cancelled" }],
  next: "n",
};

describe("what is done to many runs", () => {
  test.each([
    ["cancel", { reason: "enough" }],
    ["resume", {}],
    ["fork", { from: "draft", timeout: "2h" }],
    ["delete", { children: true }],
  ])("%s with %j is asked for with the filter, and answers a page of it", async (verb, details) => {
    const { post, savepoint } = apiWith();
    savepoint.bulkPages.set("c", PAGE);
    const filter = "workflow=w&status=failed&since=1&until=9&parent=p&attribute=user:u:1";
    const path = `/bulk/${verb}?${filter}&limit=7&cursor=c`;
    const answer = await post(path, details);
    expect([answer.status, BulkPage.parse(answer.body)]).toEqual([200, PAGE]);
    const asked = {
      workflow: ["w"],
      status: ["failed"],
      since: 1,
      until: 9,
      parent: "p",
      attributes: { user: "u:1" },
      limit: 7,
      cursor: "c",
    };
    expect(savepoint.asked).toEqual([[verb, asked, { ...details, dryRun: false }]]);
  });

  test.each(["cancel", "resume", "fork", "delete"])(
    "%s needs no body, and only counts when told so",
    async (verb) => {
      const { call, savepoint } = apiWith();
      const { status } = await call("POST", `/bulk/${verb}?workflow=w&dryRun=true`);
      expect(status).toBe(200);
      expect(savepoint.asked).toEqual([[verb, { workflow: ["w"] }, { dryRun: true }]]);
    },
  );

  test("is named by the key of the header when it is a fork", async () => {
    const { call, savepoint } = apiWith();
    const headers = { "Idempotency-Key": "k-1" };
    await call("POST", "/bulk/fork?workflow=w", { headers });
    await call("POST", "/bulk/cancel?workflow=w", { headers });
    expect(savepoint.asked).toEqual([
      ["fork", { workflow: ["w"] }, { dryRun: false, idempotencyKey: "k-1" }],
      ["cancel", { workflow: ["w"] }, { dryRun: false }],
    ]);
  });

  test.each([
    ["cancel?workflow=w", { why: "x" }],
    ["cancel?workflow=w", { reason: "x".repeat(201) }],
    ["cancel?workflow=w&dryRun=maybe", {}],
    ["cancel?status=done", {}],
    ["cancel?workflow=w&limit=201", {}],
    ["cancel?workflow=w&id=a", {}],
    ["resume?workflow=w", { reason: "x" }],
    ["fork?workflow=w", { id: "f" }],
    ["fork?workflow=w", { input: 1 }],
    ["fork?workflow=w", { timeout: "soon" }],
    ["delete?workflow=w", { children: "true" }],
  ])("%s with the body %j answers 422, and nothing is done", async (path, sent) => {
    const { post, savepoint } = apiWith();
    const { status, body } = await post(`/bulk/${path}`, sent);
    expect([status, body]).toEqual([422, failure("validation")]);
    expect(savepoint.asked).toEqual([]);
  });

  test("is refused with what the client says against the filter", async () => {
    const { post, savepoint } = apiWith();
    savepoint.failure = new InvalidArgumentError("give a workflow, a status or both");
    const { status, body } = await post("/bulk/cancel", {});
    expect([status, body]).toEqual([
      422,
      failure("invalid_argument", "give a workflow, a status or both"),
    ]);
  });

  test("is there for POST only", async () => {
    const { status, headers } = await apiWith().call("GET", "/bulk/cancel?workflow=w");
    expect([status, headers.get("allow")]).toEqual([405, "POST"]);
  });
});
