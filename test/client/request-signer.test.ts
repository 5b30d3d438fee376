import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDynamoDBClient } from "../../lambda/client/connect.ts";
import { requestSigner } from "../../lambda/client/request-signer.ts";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";

/** The signatory of the published examples of Signature Version 4. */
const EXAMPLE = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const EXAMPLE_DATE = new Date("2015-08-30T12:36:00Z");

const signerOf = (
  credentials: typeof EXAMPLE & { readonly sessionToken?: string },
  region = "us-east-1",
) =>
  requestSigner({
    service: "service",
    region: async () => region,
    credentials: async () => credentials,
  });

/** What the SDK's own signer takes for a hash. */
class Sha256 {
  readonly #hash;
  constructor(key?: unknown) {
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", key as Uint8Array);
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {}
}

const word = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 });
const requests = fc.record({
  method: fc.constantFrom("POST", "GET"),
  path: fc.webPath().map((path) => path || "/"),
  body: fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array()),
  target: word,
  contentType: fc.option(word, { nil: undefined }),
  sessionToken: fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }),
  secretAccessKey: fc.base64String({ minLength: 4 }),
  region: fc.constantFrom("us-east-1", "eu-central-2"),
  at: fc.date({ min: new Date("2020-01-01"), max: new Date("2090-01-01"), noInvalidDate: true }),
});

describe("the signer of AWS requests", () => {
  it("gives the signature of the published example", async () => {
    const request = {
      method: "GET",
      path: "/",
      headers: { host: "example.amazonaws.com" } as Record<string, string>,
      body: "",
    };
    const { headers } = await signerOf(EXAMPLE).sign(request, { signingDate: EXAMPLE_DATE });
    // Source: AWS Signature Version 4 test suite, "get-vanilla".
    expect(headers["authorization"]).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    );
  });

  it("signs any request as the SDK's own signer does", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (given) => {
        const { method, path, body, sessionToken, secretAccessKey, region, at } = given;
        const credentials = {
          accessKeyId: "AKID",
          secretAccessKey,
          ...(sessionToken !== undefined && { sessionToken }),
        };
        const request = () => ({
          method,
          protocol: "https:",
          hostname: "host",
          path,
          query: {},
          body,
          headers: {
            Host: "host",
            "X-Amz-Target": given.target,
            "user-agent": "not signed",
            ...(given.contentType !== undefined && { "content-type": given.contentType }),
          } as Record<string, string>,
        });
        const reference = new SignatureV4({
          service: "service",
          region,
          credentials,
          sha256: Sha256,
          applyChecksum: false,
        });
        const wanted = await reference.sign(request(), { signingDate: at });
        const { headers } = await signerOf(credentials, region).sign(request(), {
          signingDate: at,
        });
        expect(headers).toEqual(wanted.headers);
      }),
      { numRuns: 300 },
    );
  });

  it("follows credentials that are renewed", async () => {
    let secretAccessKey = "first";
    const signer = requestSigner({
      service: "service",
      region: async () => "us-east-1",
      credentials: async () => ({ accessKeyId: "AKID", secretAccessKey }),
    });
    const sign = async () => {
      const request = { method: "POST", path: "/", headers: {} as Record<string, string> };
      return (await signer.sign(request, { signingDate: EXAMPLE_DATE })).headers["authorization"];
    };
    const first = await sign();
    expect(await sign()).toBe(first);
    secretAccessKey = "second";
    expect(await sign()).not.toBe(first);
  });

  it("refuses what it would sign wrongly", async () => {
    const signer = signerOf(EXAMPLE);
    const request = { method: "POST", path: "/", headers: {} };
    await expect(signer.sign({ ...request, query: { a: "b" } })).rejects.toThrow("query");
    await expect(signer.sign({ ...request, body: new ReadableStream() })).rejects.toThrow("stream");
  });
});

it("signs for the client's own region, credentials and service", async () => {
  let authorization: string | undefined;
  const client = createDynamoDBClient({
    region: "eu-west-3",
    credentials: { ...EXAMPLE, sessionToken: "session" },
    requestHandler: {
      handle: async ({ headers }: { readonly headers: Record<string, string> }) => {
        authorization = headers["authorization"];
        return { response: { statusCode: 200, headers: {}, body: Buffer.from("{}") } };
      },
    } as never,
  });
  await client.send(new ListTablesCommand());
  expect(authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-3\/dynamodb\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target;x-amz-user-agent, Signature=[0-9a-f]{64}$/,
  );
});
