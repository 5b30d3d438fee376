import { describe, expect, it } from "vitest";
import type { SavepointStackProps } from "../../infra/stack.ts";
import { synthesize } from "./synthesize.ts";

/** What is looked at of a gateway response. */
interface GatewayResponse {
  readonly ResponseType: string;
  readonly StatusCode?: string;
  readonly ResponseTemplates: { readonly "application/json": string };
  readonly ResponseParameters?: Readonly<Record<string, string>>;
}

const responses = (props: Partial<SavepointStackProps>): GatewayResponse[] =>
  Object.values(synthesize(props).all("AWS::ApiGateway::GatewayResponse")).map(
    ({ Properties }) => Properties as unknown as GatewayResponse,
  );

/** Headers of each response, by its type. */
const headersOf = (answers: readonly GatewayResponse[]) =>
  Object.fromEntries(
    answers.map(({ ResponseType, ResponseParameters = {} }) => [
      ResponseType,
      Object.fromEntries(
        Object.entries(ResponseParameters).map(([name, value]) => [
          name.replace("gatewayresponse.header.", ""),
          value,
        ]),
      ),
    ]),
  );

const byDefault = responses({});

describe("what API Gateway answers by itself", () => {
  it("has the form of the API's errors", () => {
    const codes = byDefault.map(({ ResponseType, StatusCode, ResponseTemplates }) => {
      const text = ResponseTemplates["application/json"];
      const { error } = JSON.parse(text.replace("$context.error.messageString", '"words"')) as {
        error: { code: string; message: string };
      };
      expect(error.message).not.toBe("");
      return `${ResponseType} ${StatusCode ?? "-"} ${error.code}`;
    });
    expect(codes).toEqual(
      expect.arrayContaining([
        "UNAUTHORIZED 401 unauthorized",
        "ACCESS_DENIED 403 forbidden",
        "REQUEST_TOO_LARGE 413 body_too_large",
        "THROTTLED 429 too_many_requests",
        "DEFAULT_4XX - bad_request",
        "DEFAULT_5XX - internal",
      ]),
    );
  });

  it("tells to sign only where signatures are taken, and else that there is no such method", () => {
    const told = (props: Partial<SavepointStackProps>) => {
      const all = responses({ publicTokens: true, ...props });
      const one = all.find(({ ResponseType }) => ResponseType === "MISSING_AUTHENTICATION_TOKEN");
      const { error } = JSON.parse(one?.ResponseTemplates["application/json"] ?? "") as {
        error: { code: string; message: string };
      };
      return [one?.StatusCode, error, headersOf(all)["MISSING_AUTHENTICATION_TOKEN"]];
    };
    const here = "there is only POST /tokens/{token} here";
    expect(told({})).toEqual([
      "403",
      { code: "forbidden", message: `sign the request (AWS SigV4); below /tokens, ${here}` },
      {},
    ]);
    expect(told({ auth: { tokens: true } })).toEqual([
      "405",
      { code: "method_not_allowed", message: here },
      { Allow: "'POST'" },
    ]);
  });

  it("promises of an answer that came too late only what is safe to ask again", () => {
    const late = byDefault.find(({ ResponseType }) => ResponseType === "INTEGRATION_TIMEOUT");
    expect(late).toMatchObject({ StatusCode: "504" });
    expect(late?.ResponseTemplates["application/json"]).toMatch(
      /"timeout"[^]*unknown; reads, starts with an id and sends with a key may be repeated/,
    );
  });

  it("tells how to authorize, and when to ask again, and is for no page of another site", () => {
    const { UNAUTHORIZED, THROTTLED, ...others } = headersOf(byDefault);
    expect(UNAUTHORIZED).toEqual({ "WWW-Authenticate": "'Bearer'" });
    expect(THROTTLED).toEqual({ "Retry-After": "'1'" });
    expect(Object.keys(others).length).toBeGreaterThan(8);
    for (const none of Object.values(others)) expect(none).toEqual({});
  });

  it.each([
    ["the one origin that is named", ["https://a.example"], "'https://a.example'"],
    ["any page, where several are named", ["https://a.example", "https://b.example"], "'*'"],
  ])("can be read, every answer of it, by %s", (_, corsOrigins, allowed) => {
    const all = headersOf(responses({ corsOrigins }));
    expect(Object.keys(all)).toEqual(Object.keys(headersOf(byDefault)));
    for (const [type, answer] of Object.entries(all)) {
      expect(answer, type).toMatchObject({
        "Access-Control-Allow-Origin": allowed,
        "Access-Control-Expose-Headers": "'retry-after'",
      });
      expect(answer, type).not.toHaveProperty("Access-Control-Allow-Credentials");
    }
    expect(all["THROTTLED"]).toHaveProperty("Retry-After", "'1'");
    expect(all["UNAUTHORIZED"]).toHaveProperty("WWW-Authenticate", "'Bearer'");
  });
});
