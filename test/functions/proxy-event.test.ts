import type { APIGatewayProxyEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { descriptor } from "../../infra/descriptor.ts";
import { requestFrom } from "../../lambda/functions/proxy-event.ts";

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
