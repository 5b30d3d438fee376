import { RemovalPolicy } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { deploymentFrom } from "../../infra/deployment.ts";
import { EXAMPLE } from "../../infra/periodic-research.ts";

const chosen = (choices: Record<string, unknown>) => deploymentFrom((name) => choices[name]);

describe("a deployment", () => {
  it("keeps the data, unprotected, and starts nothing, when nothing is chosen", () => {
    expect(chosen({})).toEqual({
      removalPolicy: RemovalPolicy.RETAIN,
      deletionProtection: false,
      publicTokens: false,
      periodicResearch: EXAMPLE,
    });
    expect(EXAMPLE.enabled).toBe(false);
  });

  it("can be one to throw away, or one to protect", () => {
    expect(chosen({ removalPolicy: "destroy" }).removalPolicy).toBe(RemovalPolicy.DESTROY);
    expect(chosen({ deletionProtection: "true" }).deletionProtection).toBe(true);
    expect(chosen({ deletionProtection: "false" }).deletionProtection).toBe(false);
  });

  it("can let anybody complete a token that they have", () => {
    expect(chosen({ publicTokens: "true" }).publicTokens).toBe(true);
  });

  it("researches a chosen topic at a chosen time", () => {
    const { periodicResearch } = chosen({ topic: " sqlite ", schedule: "rate(1 day)" });
    expect(periodicResearch).toMatchObject({
      enabled: true,
      schedule: "rate(1 day)",
      input: { topic: "sqlite", corpus: "live" },
    });
  });

  it("does not start the clock for a time without a topic", () => {
    const { periodicResearch } = chosen({ schedule: "rate(1 day)" });
    expect(periodicResearch).toMatchObject({ enabled: false, schedule: "rate(1 day)" });
  });

  it.each([
    [{ removalPolicy: "keep" }, /removalPolicy/],
    [{ deletionProtection: "maybe" }, /deletionProtection/],
    [{ publicTokens: "maybe" }, /publicTokens/],
    [{ topic: "no" }, /topic/],
    [{ topic: "a <time> apart" }, /EventBridge reads as a placeholder[^]*topic/],
    [{ schedule: "daily" }, /rate\(1 day\)[^]*schedule/],
  ])("refuses %o and says which choice it was", (choices, message) => {
    expect(() => chosen(choices)).toThrow(message);
  });
});
