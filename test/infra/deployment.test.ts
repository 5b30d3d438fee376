import { RemovalPolicy } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { deploymentFrom } from "../../infra/deployment.ts";
import { researchInput } from "../../lambda/agent/input.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:openai-AbCdEf";
const chosen = (choices: Record<string, unknown>) => deploymentFrom((name) => choices[name]);

describe("a deployment", () => {
  it("keeps the data, unprotected, and starts nothing, when nothing is chosen", () => {
    expect(chosen({})).toEqual({
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      deletionProtection: false,
      publicTokens: false,
      schedules: {},
      workflows: "lambda/agent/openai.config.ts",
    });
  });

  it("has the extractive model when it is chosen, or a topic is to be researched without a key", () => {
    const withExtractive = "lambda/agent/savepoint.config.ts";
    expect(chosen({ extractive: "true" }).workflows).toBe(withExtractive);
    expect(chosen({ topic: "sqlite" }).workflows).toBe(withExtractive);
    const both = { topic: "sqlite", openAiSecretArn: SECRET, extractive: "true" };
    expect(chosen(both).workflows).toBe(withExtractive);
  });

  it("researches by OpenAI's models where it has the key, and then needs no other", () => {
    const { workflows, schedules } = chosen({ topic: "sqlite", openAiSecretArn: SECRET });
    expect(workflows).toBe("lambda/agent/openai.config.ts");
    const { input } = schedules["periodic-research"] ?? {};
    expect(researchInput.parse(input).model).toMatchObject({ kind: "openai", api: "responses" });
  });

  it("can be one to throw away, or one to protect", () => {
    expect(chosen({ removalPolicy: "destroy" }).removalPolicy).toBe(RemovalPolicy.DESTROY);
    expect(chosen({ deletionProtection: "true" }).deletionProtection).toBe(true);
    expect(chosen({ deletionProtection: "false" }).deletionProtection).toBe(false);
  });

  it("takes signed requests, bearer tokens, or the JSON Web Tokens of an issuer", () => {
    expect(chosen({ auth: "iam" })).not.toHaveProperty("auth");
    expect(chosen({ auth: "tokens" }).auth).toEqual({ tokens: true });
    const jwt = { auth: "jwt", jwtIssuer: "https://issuer.example/", jwtAudience: "savepoint" };
    expect(chosen(jwt).auth).toEqual({
      jwt: { issuer: "https://issuer.example/", audience: "savepoint" },
    });
  });

  it.each([
    [{ auth: "jwt", jwtIssuer: "https://issuer.example" }, "jwtAudience", /needed with auth=jwt/],
    [{ auth: "jwt", jwtAudience: "mine" }, "jwtIssuer", /needed with auth=jwt/],
    [{ auth: "tokens", jwtAudience: "mine" }, "jwtAudience", /auth=jwt alone, and auth is tokens/],
    [{ jwtIssuer: "https://issuer.example" }, "jwtIssuer", /auth=jwt alone, and auth is iam/],
    [{ auth: "jwt", jwtIssuer: "issuer.example", jwtAudience: "mine" }, "jwtIssuer", /https URL/],
    [{ auth: "jwt", jwtIssuer: "https://issuer.example", jwtAudience: " " }, "jwtAudience", /aud/],
  ])("lets nobody in by half a choice of an issuer: %o", (choices, name, message) => {
    expect(() => chosen(choices)).toThrow(message);
    expect(() => chosen(choices)).toThrow(`→ at ${name}`);
  });

  it("can let anybody complete a token that they have", () => {
    expect(chosen({ publicTokens: "true" }).publicTokens).toBe(true);
  });

  it.each([
    ["1 day", { every: "1 day" }],
    ["30 5 * * mon-fri", { cron: "30 5 * * mon-fri" }],
    [undefined, { cron: "0 6 * * 1" }],
  ])("researches a chosen topic at a chosen time, or on Mondays: %s", (schedule, time) => {
    expect(chosen({ topic: " sqlite ", schedule }).schedules).toEqual({
      "periodic-research": {
        ...time,
        workflow: "research",
        input: {
          topic: "sqlite",
          corpus: "live",
          maxIterations: 3,
          model: { kind: "extractive" },
        },
      },
    });
  });

  it("does not start the clock for a time without a topic", () => {
    expect(chosen({ schedule: "1 day" }).schedules).toEqual({});
  });

  it.each([
    [{ removalPolicy: "keep" }, /removalPolicy/],
    [{ deletionProtection: "maybe" }, /deletionProtection/],
    [{ publicTokens: "maybe" }, /publicTokens/],
    [{ auth: "oauth" }, /auth/],
    [{ topic: "no" }, /topic/],
    [{ topic: "sqlite", extractive: "false" }, /extractive model; give openAiSecretArn/],
    [{ extractive: "maybe" }, /extractive/],
    [{ topic: "a <time> apart" }, /schedule "periodic-research"[^]*</],
    [{ topic: "sqlite", schedule: "daily" }, /schedule "periodic-research"[^]*daily/],
  ])("refuses %o and says which choice it was", (choices, message) => {
    expect(() => chosen(choices)).toThrow(message);
  });
});
