import { describe, expect, test } from "vitest";
import { RunStanding, NamedRun } from "../../lambda/api/schemas.ts";
import { MailboxFullError } from "../../lambda/core/errors.ts";
import { apiWith, failure } from "./call.ts";

const withRun = (status: "waiting" | "failed" = "waiting") => {
  const api = apiWith();
  api.savepoint.put("d-1", { status });
  return api;
};
const json = { "content-type": "application/json" };

describe("an action on a run", () => {
  test.each([
    ["cancel", { reason: "enough" }],
    ["cancel", {}],
    ["terminate", { reason: "enough" }],
    ["terminate", {}],
  ])("%s with %j is done, and answers how the run stands", async (verb, body) => {
    const { post, savepoint } = withRun();
    const answer = await post(`/runs/d-1/${verb}`, body);
    expect([answer.status, RunStanding.parse(answer.body)]).toEqual([
      200,
      { id: "d-1", status: "waiting" },
    ]);
    expect(savepoint.asked).toEqual([[verb, { reason: undefined, ...body }]]);
  });

  test.each(["cancel", "terminate", "pause", "resume"])(
    "%s needs no body, whatever is said of its type",
    async (verb) => {
      const { call, savepoint } = withRun();
      const { status, body } = await call("POST", `/runs/d-1/${verb}`);
      expect([status, RunStanding.parse(body).id]).toEqual([200, "d-1"]);
      expect((await call("POST", `/runs/d-1/${verb}`, { headers: json })).status).toBe(200);
      const asked = expect.arrayContaining([verb]) as unknown;
      expect(savepoint.asked).toEqual([asked, asked]);
    },
  );

  test.each([
    ["cancel", { why: "x" }, "why"],
    ["cancel", { reason: 5 }, "reason"],
    ["terminate", { reason: "x".repeat(201) }, "reason"],
    ["pause", { reason: "x" }, "reason"],
    ["resume", { from: "x" }, "from"],
    ["resume", [], "object"],
  ])("%s with the body %j answers 422 that names it", async (verb, sent, named) => {
    const { post, savepoint } = withRun();
    const { status, body } = await post(`/runs/d-1/${verb}`, sent);
    expect([status, body]).toEqual([422, failure("validation", expect.stringContaining(named))]);
    expect(savepoint.asked).toEqual([]);
  });

  test("with a body that is not JSON, or not said to be, is refused", async () => {
    const { call, savepoint } = withRun();
    const plain = { "content-type": "text/plain" };
    const asText = await call("POST", "/runs/d-1/cancel", { headers: plain, body: "{}" });
    expect([asText.status, asText.body]).toEqual([415, failure("unsupported_media_type")]);
    const broken = await call("POST", "/runs/d-1/cancel", { headers: json, body: "{" });
    expect([broken.status, broken.body]).toEqual([400, failure("bad_json")]);
    expect(savepoint.asked).toEqual([]);
  });

  test("with a parameter in the query answers 422", async () => {
    expect(await withRun().post("/runs/d-1/cancel?reason=x", {})).toMatchObject({ status: 422 });
  });
});

describe("a fork", () => {
  test.each([{}, { from: "a/2/b", input: null, id: "f-1", timeout: "2h" }])(
    "with the body %j answers 202 with the new run",
    async (sent) => {
      const { post, savepoint } = withRun();
      const { status, body, headers } = await post("/runs/d-1/fork", sent);
      const id = "id" in sent ? sent.id : "d-1-fork";
      expect([status, RunStanding.parse(body)]).toEqual([202, { id, status: "queued" }]);
      expect(headers.get("location")).toBe(`/runs/${id}`);
      expect(savepoint.asked).toEqual([["fork", sent]]);
    },
  );

  test.each([{ from: 1 }, { id: "a b" }, { key: "x" }, { timeout: "soon" }])(
    "with the body %j answers 422",
    async (sent) => {
      const { status, body } = await withRun().post("/runs/d-1/fork", sent);
      expect([status, body]).toEqual([422, failure("validation")]);
    },
  );
});

describe("a deletion", () => {
  test("answers the id of what is gone", async () => {
    const { call, savepoint } = withRun();
    const { status, body } = await call("DELETE", "/runs/d-1");
    expect([status, NamedRun.parse(body)]).toEqual([200, { id: "d-1" }]);
    expect(savepoint.asked).toEqual([["delete", { children: false }]]);
  });

  test("takes the children along when told so, and nothing but a yes or no", async () => {
    const { call, savepoint } = withRun();
    expect(await call("DELETE", "/runs/d-1?children=true")).toMatchObject({ status: 200 });
    expect(savepoint.asked).toEqual([["delete", { children: true }]]);
    expect(await call("DELETE", "/runs/d-1?children=maybe")).toMatchObject({ status: 422 });
  });
});

describe("an event", () => {
  test.each([[{ by: "ada" }], [null], [0], ["text"], [[1]]])(
    "carries the body, %j, under the name in the path",
    async (value) => {
      const { post, savepoint } = withRun();
      const { status, body } = await post("/runs/d-1/events/is%20approved", value);
      expect([status, NamedRun.parse(body)]).toEqual([202, { id: "d-1" }]);
      expect(savepoint.asked).toEqual([
        ["send", "is approved", value, { idempotencyKey: undefined }],
      ]);
    },
  );

  test("has the key of the header", async () => {
    const { call, savepoint } = withRun();
    const headers = { ...json, "Idempotency-Key": "k-1" };
    await call("POST", "/runs/d-1/events/e", { headers, body: "1" });
    expect(savepoint.asked).toEqual([["send", "e", 1, { idempotencyKey: "k-1" }]]);
  });

  test("without a body, or with one that is not JSON, is refused", async () => {
    const { call, savepoint } = withRun();
    expect(await call("POST", "/runs/d-1/events/e")).toMatchObject({ status: 415 });
    const empty = await call("POST", "/runs/d-1/events/e", { headers: json });
    expect([empty.status, empty.body]).toEqual([400, failure("bad_json")]);
    expect(savepoint.asked).toEqual([]);
  });

  test("for a full mailbox answers 429 and when to come back", async () => {
    const { post, savepoint } = withRun();
    savepoint.failure = new MailboxFullError("100 messages");
    const { status, headers, body } = await post("/runs/d-1/events/e", 1);
    expect([status, body]).toEqual([429, failure("mailbox_full")]);
    expect(headers.get("retry-after")).toBe("1");
  });
});

describe("whatever is asked", () => {
  const ALL = [
    ["POST", "/cancel"],
    ["POST", "/terminate"],
    ["POST", "/pause"],
    ["POST", "/resume"],
    ["POST", "/fork"],
    ["POST", "/events/e"],
    ["DELETE", ""],
  ] as const;
  const ask = (api: ReturnType<typeof apiWith>, method: string, path: string) =>
    method === "POST" ? api.post(path, {}) : api.call(method, path);

  test.each(ALL)("%s %s of a run whose status forbids it answers 409", async (method, path) => {
    const { status, body } = await ask(withRun("failed"), method, `/runs/d-1${path}`);
    expect([status, body]).toEqual([409, failure("run_conflict")]);
  });

  test.each(ALL)("%s %s of a run that does not exist answers 404", async (method, path) => {
    for (const id of ["unknown", "a%20b", "%zz"]) {
      const { status, body } = await ask(apiWith(), method, `/runs/${id}${path}`);
      expect([status, body]).toEqual([404, failure("run_not_found")]);
    }
  });
});
