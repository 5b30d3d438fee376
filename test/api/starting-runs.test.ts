import { describe, expect, test } from "vitest";
import * as z from "zod";
import { RunStanding } from "../../lambda/api/schemas.ts";
import { apiWith, failure, workflowNamed } from "./call.ts";

const digest = workflowNamed("digest", z.object({ id: z.number() }));

describe("starting a run", () => {
  test("answers 202 with its id, status and place", async () => {
    const { post, savepoint } = apiWith(digest);
    const { status, headers, body } = await post("/runs/digest", { input: { id: 1 }, id: "d-1" });
    expect(status).toBe(202);
    expect(RunStanding.parse(body)).toEqual({ id: "d-1", status: "queued" });
    expect(headers.get("location")).toBe("/runs/d-1");
    expect(savepoint.runs.get("d-1")).toMatchObject({ workflow: "digest", input: { id: 1 } });
  });

  test("passes timeout and attributes on", async () => {
    const { post, savepoint } = apiWith(digest);
    const options = { timeout: "1.5h", attributes: { tenant: "acme" } };
    await post("/runs/digest", { input: { id: 1 }, ...options });
    await post("/runs/digest", { input: { id: 1 }, timeout: 5 });
    expect(savepoint.asked).toEqual([options, { timeout: 5 }]);
  });

  test("again with the same input answers 200 and how it stands", async () => {
    const { post, savepoint } = apiWith(digest);
    savepoint.put("d-1", { input: { id: 1 }, status: "running" });
    const { status, body } = await post("/runs/digest", { input: { id: 1 }, id: "d-1" });
    expect([status, body]).toEqual([200, { id: "d-1", status: "running" }]);
  });

  test("again with another input answers 409", async () => {
    const { post } = apiWith(digest);
    await post("/runs/digest", { input: { id: 1 }, id: "d-1" });
    const { status, body } = await post("/runs/digest", { input: { id: 2 }, id: "d-1" });
    expect([status, body]).toEqual([409, failure("run_conflict")]);
    expect(body).toHaveProperty("error.details", { id: "d-1" });
  });

  test("of an unknown workflow answers 404", async () => {
    const { status, body } = await apiWith(digest).post("/runs/nothing", {});
    expect([status, body]).toEqual([
      404,
      failure("workflow_not_found", expect.stringContaining("nothing")),
    ]);
  });

  test("takes names that a URL must escape, and inputs left out", async () => {
    const { post } = apiWith(workflowNamed("send e-mail"));
    expect(await post("/runs/send%20e-mail", {})).toMatchObject({ status: 202 });
  });

  test("with an input that the workflow's schema refuses answers 422 with the fields", async () => {
    const { status, body } = await apiWith(digest).post("/runs/digest", { input: { id: "x" } });
    expect([status, body]).toEqual([422, failure("validation")]);
    expect(body).toHaveProperty("error.details.issues", [
      { path: "id", message: expect.any(String) as unknown },
    ]);
  });

  test.each([
    ["a field it does not know", { input: 1, queue: "q" }, "queue"],
    ["an id that is none", { id: "a/b" }, "id: must be 1 to 200"],
    ["an id that only Savepoint gives", { id: "a~1~b" }, "id: must be 1 to 200"],
    ["an id that is a number", { id: 5 }, "id:"],
    ["a timeout that is none", { timeout: "soon" }, 'timeout: "soon" is not a duration; give'],
    ["a timeout in words", { timeout: "1 hour" }, 'timeout: "1 hour" is not a duration; give'],
    ["a timeout of another type", { timeout: { h: 1 } }, "timeout: an object is not a duration"],
    ["a timeout of nothing", { timeout: 0 }, "timeout"],
    ["attributes that are no texts", { attributes: { a: 1 } }, "attributes.a"],
    ["a body that is no object", [], "expected object"],
  ])("with %s answers 422 that names it", async (_, sent, named) => {
    const { status, body } = await apiWith(workflowNamed("any")).post("/runs/any", sent);
    expect([status, body]).toEqual([422, failure("validation", expect.stringContaining(named))]);
  });

  test("with a parameter in the query answers 422", async () => {
    expect(await apiWith(digest).post("/runs/digest?id=d-1", {})).toMatchObject({ status: 422 });
  });

  test("with a key __proto__ in the input answers 422 and pollutes nothing", async () => {
    const { call } = apiWith(workflowNamed("any"));
    const headers = { "content-type": "application/json" };
    const sent = '{"input":{"__proto__":{"bad":true}}}';
    const { status, body } = await call("POST", "/runs/any", { headers, body: sent });
    expect([status, body]).toEqual([422, failure("value_not_serializable")]);
    expect({}).not.toHaveProperty("bad");
  });
});

describe("bodies", () => {
  const json = { "content-type": "application/json" };

  test.each([
    ["no content type", {}, new Uint8Array([123, 125]), 415, "unsupported_media_type"],
    [
      "a form",
      { "content-type": "application/x-www-form-urlencoded" },
      "a=1",
      415,
      "unsupported_media_type",
    ],
    ["text", { "content-type": "text/plain" }, "{}", 415, "unsupported_media_type"],
    ["half an object", json, '{"input":', 400, "bad_json"],
    ["nothing", json, "", 400, "bad_json"],
    ["JSON that is not UTF-8", json, new Uint8Array([34, 0xff, 34]), 400, "bad_json"],
    ["over 4 MB", json, JSON.stringify("x".repeat(4 * 1_048_576)), 413, "body_too_large"],
  ])("%s is refused", async (_, headers, body, status, code) => {
    const answer = await apiWith(digest).call("POST", "/runs/digest", { headers, body });
    expect([answer.status, answer.body]).toEqual([status, failure(code)]);
  });

  test("a small declared length does not let a large body through", async () => {
    const headers = { ...json, "content-length": "2" };
    const body = `"${"x".repeat(4 * 1_048_576)}"`;
    expect(await apiWith(digest).call("POST", "/runs/digest", { headers, body })).toMatchObject({
      status: 413,
    });
  });

  test("a character set beside the content type is no hindrance", async () => {
    const headers = { "content-type": "Application/JSON; charset=utf-8" };
    const answer = await apiWith(workflowNamed("any")).call("POST", "/runs/any", {
      headers,
      body: "{}",
    });
    expect(answer.status).toBe(202);
  });

  test("an input over 1 MB after compression answers 413 with what to do", async () => {
    const input = Array.from({ length: 300_000 }, (_, index) => Math.imul(index, 2_654_435_761));
    const { status, body } = await apiWith(workflowNamed("any")).post("/runs/any", { input });
    expect([status, body]).toEqual([
      413,
      failure("value_too_large", expect.stringContaining("1,048,576")),
    ]);
  });
});
