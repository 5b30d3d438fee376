import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../lambda/core/clock.ts";
import { sigV4 } from "../../lambda/sigv4/index.ts";

afterEach(() => void vi.unstubAllEnvs());

const EXAMPLE = {
  credentials: {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  },
  clock: { ...systemClock, now: () => Date.parse("2015-08-30T12:36:00Z") },
};

describe("a signed request", () => {
  it("has the signature of AWS's own example (IAM user guide, 'Create a signed AWS API request')", async () => {
    const sign = sigV4({ ...EXAMPLE, service: "iam", region: "us-east-1" });
    const signed = await sign(
      new Request("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", {
        headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
      }),
    );
    expect(signed.headers.get("authorization")).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, " +
        "SignedHeaders=content-type;host;x-amz-date, " +
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
  });

  it("is for the region in the host's name, and keeps method, body and query", async () => {
    const sign = sigV4({ ...EXAMPLE, credentials: { ...EXAMPLE.credentials, sessionToken: "s" } });
    const url =
      "https://abc.execute-api.eu-west-3.amazonaws.com/v1/runs/a?attribute=a:1&attribute=b:2";
    const signed = await sign(new Request(url, { method: "POST", body: '{"input":1}' }));
    expect(signed.headers.get("authorization")).toContain("/eu-west-3/execute-api/aws4_request");
    expect(signed.headers.get("x-amz-security-token")).toBe("s");
    expect(signed).toMatchObject({ method: "POST", url });
    expect(await signed.text()).toBe('{"input":1}');
  });

  it("has another signature for another body, query or path", async () => {
    const sign = sigV4({ ...EXAMPLE, region: "us-east-1" });
    const of = async (path: string, body: string) =>
      (await sign(new Request(`https://api.test${path}`, { method: "POST", body }))).headers.get(
        "authorization",
      );
    const all = await Promise.all([of("/a", "1"), of("/a", "2"), of("/b", "1"), of("/a?b=1", "1")]);
    expect(new Set(all).size).toBe(4);
  });

  it("takes keys and region of the environment when none are given", async () => {
    vi.stubEnv("AWS_REGION", "us-west-2");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "MINE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    const signed = await sigV4()(new Request("http://127.0.0.1:1/health"));
    expect(signed.headers.get("authorization")).toMatch(/Credential=MINE\/\d{8}\/us-west-2\//);
    expect(signed.headers.get("authorization")).not.toContain("secret");
  });

  it("is refused when nobody knows the region", async () => {
    vi.stubEnv("AWS_REGION", "");
    await expect(sigV4(EXAMPLE)(new Request("https://api.test/"))).rejects.toThrow(
      'the region of "api.test" is not known; set AWS_REGION',
    );
  });

  it("is not made with an option that there is not", () => {
    const misspelt = { regions: "us-east-1" } as object;
    expect(() => sigV4(misspelt)).toThrow(/no option "regions"; it takes .*region/);
  });
});
