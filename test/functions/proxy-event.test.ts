import type { APIGatewayProxyEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { descriptor } from "../../infra/descriptor.ts";
import { ANSWER_MAX_BYTES, proxyResult, requestFrom } from "../../lambda/functions/proxy-event.ts";

const event = (facts: Partial<APIGatewayProxyEvent>): APIGatewayProxyEvent =>
  ({
    httpMethod: "POST",
    headers: {},
    multiValueQueryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    ...facts,
  }) as APIGatewayProxyEvent;
const pathOf = (facts: Partial<APIGatewayProxyEvent>): string =>
  new URL(requestFrom(event(facts)).url).pathname;

describe("the path of a request", () => {
  it("is the one asked for, where the API has no resource for it", () => {
    expect(pathOf({ resource: "/{proxy+}", path: "/runs/a%20b" })).toBe("/runs/a%20b");
    expect(pathOf({ resource: "/", path: "/" })).toBe("/");
  });

  it.each([
    ["/orders/runs/a%20b", "runs/a b", "/runs/a%20b"],
    ["/orders/runs/a%20b", "runs/a%20b", "/runs/a%20b"],
    ["/orders/v1/runs/a", "runs/a", "/runs/a"],
    ["/runs/runs/a/events/runs%2Fa", "runs/a/events/runs/a", "/runs/a/events/runs%2Fa"],
    ["/runs/runs", "runs", "/runs"],
    ["/runs/runs", "runs/runs", "/runs/runs"],
    ["/100%/runs/a", "runs/a", "/runs/a"],
    ["/orders/runs/a/", "runs/a", "/runs/a/"],
    ["/orders/runs//", "runs/", "/runs//"],
    ["/runs/", "runs", "/runs/"],
  ])("is that below the base path of a custom domain: of %s, %s", (path, proxy, asked) => {
    const resource = "/{proxy+}";
    expect(pathOf({ resource, path, pathParameters: { proxy } })).toBe(asked);
  });

  it("is the root of the API for that of a base path", () => {
    expect(pathOf({ resource: "/", path: "/orders" })).toBe("/");
  });

  it.each([
    ["eyJ.c2Vj-_", "/tokens/eyJ.c2Vj-_"],
    ["../runs/research", "/tokens/..%2Fruns%2Fresearch"],
    ["..\\runs\\research", "/tokens/..%5Cruns%5Cresearch"],
    ["x?y#z", "/tokens/x%3Fy%23z"],
    ["..", "/"],
  ])("leads nowhere else from the resource of tokens, with %s for a token", (token, path) => {
    const { path: resource } = descriptor.http.tokens;
    // Whatever the path says: it may come decoded, too.
    expect(pathOf({ resource, path: `/tokens/${token}`, pathParameters: { token } })).toBe(path);
  });
});

describe("an answer", () => {
  /** Of this many bytes once it is what Lambda passes on. */
  const answerOf = (unit: string, bytes: number): Response => {
    const empty = { statusCode: 200, headers: { "content-type": "text/plain" }, body: "" };
    const room = bytes - Buffer.byteLength(JSON.stringify(empty));
    const each = Buffer.byteLength(JSON.stringify(unit)) - 2;
    const body = unit.repeat(Math.floor(room / each)) + "x".repeat(room % each);
    return new Response(body, { headers: { "content-type": "text/plain" } });
  };
  const bytesOf = (result: unknown): number => Buffer.byteLength(JSON.stringify(result));

  it.each([
    ["letters", "x"],
    ["quotes, which take two bytes each", '"'],
    ["characters of three bytes", "\u20ac"],
    ["control characters, which take six bytes each", "\u0001"],
  ])("of %s is passed on up to the very limit, and refused one byte above it", async (_, unit) => {
    const fits = await proxyResult(answerOf(unit, ANSWER_MAX_BYTES));
    expect([fits.statusCode, bytesOf(fits)]).toEqual([200, ANSWER_MAX_BYTES]);
    const refused = await proxyResult(answerOf(unit, ANSWER_MAX_BYTES + 1));
    expect(refused.statusCode).toBe(507);
    expect(JSON.parse(refused.body)).toMatchObject({
      error: {
        code: "answer_too_large",
        message: expect.stringContaining(`is ${ANSWER_MAX_BYTES + 1} bytes`) as unknown,
      },
    });
  });

  it("of a history that is JSON below the limit, and above it as Lambda counts, is refused", async () => {
    const operations = Array.from({ length: 62_000 }, (_, index) => ({
      key: `read#${index}`,
      kind: "step",
      state: "completed",
      result: { json: `[{"id":1},${index}]` },
    }));
    const response = Response.json({ format: 1, operations });
    expect(Buffer.byteLength(await response.clone().text())).toBeLessThan(ANSWER_MAX_BYTES);
    expect((await proxyResult(response)).statusCode).toBe(507);
  });

  it("keeps its status and headers", async () => {
    const response = Response.json({ id: "a" }, { status: 201, headers: { location: "/runs/a" } });
    expect(await proxyResult(response)).toEqual({
      statusCode: 201,
      headers: { "content-type": "application/json", location: "/runs/a" },
      body: '{"id":"a"}',
    });
  });
});
