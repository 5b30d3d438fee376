import { describe, expect, test } from "vitest";
import { TokenCompleted } from "../../lambda/api/schemas.ts";
import { MailboxFullError, TokenInvalidError } from "../../lambda/core/errors.ts";
import { apiWith, failure } from "./call.ts";

const TOKEN = `WyJydW4iXQ.${"a-_1".repeat(10)}abc`;
const json = { "content-type": "application/json" };

describe("a token", () => {
  test.each([[{ ok: true }], [null], [0], ["text"]])(
    "is completed with the body, %j",
    async (value) => {
      const { post, savepoint } = apiWith();
      const { status, body } = await post(`/tokens/${TOKEN}`, value);
      expect([status, TokenCompleted.parse(body)]).toEqual([202, { completed: true }]);
      expect(savepoint.asked).toEqual([[TOKEN, value, { idempotencyKey: undefined }]]);
    },
  );

  test("is completed under the key of the header", async () => {
    const { call, savepoint } = apiWith();
    const headers = { ...json, "Idempotency-Key": "k-1" };
    await call("POST", `/tokens/${TOKEN}`, { headers, body: "1" });
    expect(savepoint.asked).toEqual([[TOKEN, 1, { idempotencyKey: "k-1" }]]);
  });

  test("that is invalid answers 404 in the words of the error", async () => {
    const { post, savepoint } = apiWith();
    savepoint.failure = new TokenInvalidError("it completes nothing");
    const { status, body } = await post(`/tokens/${TOKEN}`, 1);
    expect([status, body]).toEqual([404, failure("token_invalid", "it completes nothing")]);
  });

  test("of a run whose mailbox is full answers 429 and when to come back", async () => {
    const { post, savepoint } = apiWith();
    savepoint.failure = new MailboxFullError("100 messages");
    const { status, headers } = await post(`/tokens/${TOKEN}`, 1);
    expect([status, headers.get("retry-after")]).toEqual([429, "1"]);
  });

  test("takes a body of 16 KB and no larger one", async () => {
    const { post, savepoint } = apiWith();
    expect((await post(`/tokens/${TOKEN}`, "x".repeat(16 * 1024 - 2))).status).toBe(202);
    const { status, body } = await post(`/tokens/${TOKEN}`, "x".repeat(16 * 1024 - 1));
    expect([status, body]).toEqual([413, failure("body_too_large")]);
    expect(savepoint.asked).toHaveLength(1);
  });

  test("without a body, or with one that is not JSON, is refused", async () => {
    const { call, savepoint } = apiWith();
    expect(await call("POST", `/tokens/${TOKEN}`)).toMatchObject({ status: 415 });
    const broken = await call("POST", `/tokens/${TOKEN}`, { headers: json, body: "{" });
    expect([broken.status, broken.body]).toEqual([400, failure("bad_json")]);
    expect(savepoint.asked).toEqual([]);
  });

  test("is shown neither by an answer nor by the log", async () => {
    const { call, logged, post, savepoint } = apiWith();
    savepoint.failure = new Error("a failure of the server");
    const answers = [
      await call("GET", `/tokens/${TOKEN}`),
      await call("GET", `/tokens/${TOKEN}/`),
      await post(`/tokens/${TOKEN}/x`, 1),
      await post(`/tokens/${TOKEN}`, 1),
    ];
    expect(answers.map(({ status }) => status)).toEqual([405, 404, 404, 500]);
    expect(logged).toMatchObject([{ method: "POST", path: "/tokens/{token}" }]);
    expect(JSON.stringify([answers.map(({ body }) => body), logged])).not.toContain(TOKEN);
  });
});
