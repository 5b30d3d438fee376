import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { LogFields } from "../../lambda/core/log.ts";
import { createAuthorizer, credentialsCheck } from "../../lambda/functions/create-authorizer.ts";
import { VirtualClock } from "../../lambda/testing/virtual-clock.ts";

const API = "arn:aws:execute-api:eu-central-1:123456789012:abc";
const methodArn = `${API}/v1/GET/runs/a/b`;
const hash = createHash("sha256").update("right").digest("hex");

const dependencies = {
  read: async () => JSON.stringify({ tokens: { ci: hash } }),
  clock: new VirtualClock(),
  fetch: async (): Promise<Response> => Response.error(),
};

function authorizer(check = credentialsCheck({ SAVEPOINT_TOKENS_SECRET: "t" }, dependencies)) {
  const told: unknown[] = [];
  const tell = (message: string, fields?: LogFields) => void told.push([message, fields]);
  const handler = createAuthorizer(check, { debug: tell, info: tell, warn: tell, error: tell });
  const ask = async (authorizationToken: string) =>
    handler({ type: "TOKEN", authorizationToken, methodArn });
  return { ask, told };
}

const answer = (principalId: string, Effect: "Allow" | "Deny") => ({
  principalId,
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect, Resource: `${API}/v1/*` }],
  },
});

describe("the authorizer", () => {
  it("lets a known token call every method of the stage, since that is remembered", async () => {
    const { ask, told } = authorizer();
    expect(await ask("Bearer right")).toEqual(answer("ci", "Allow"));
    expect(await ask("bearer right")).toEqual(answer("ci", "Allow"));
    expect(told).toEqual([]);
  });

  it("refuses all else, and tells the log why but not what", async () => {
    const { ask, told } = authorizer();
    const others = ["", "right", "Basic right", "Bearer", "Bearer right right", "Bearer wrong"];
    for (const other of [...others, "Bearer <right>", `Bearer ${"a".repeat(8_193)}`]) {
      expect(await ask(other)).toEqual(answer("nobody", "Deny"));
    }
    expect(told).toHaveLength(others.length + 2);
    expect(told).toContainEqual(["refused credentials", { reason: "unknown token" }]);
    expect(JSON.stringify(told)).not.toMatch(/right|wrong/);
  });

  it("lets nobody in when it cannot tell", async () => {
    const { ask } = authorizer(async () => {
      throw new Error("the secret t cannot be read: AccessDeniedException");
    });
    await expect(ask("Bearer right")).rejects.toThrow("AccessDeniedException");
  });

  it.each([
    {},
    { SAVEPOINT_TOKENS_SECRET: "" },
    { SAVEPOINT_JWT_ISSUER: "https://a.example" },
    { SAVEPOINT_JWT_AUDIENCE: "a" },
    { SAVEPOINT_TOKENS_SECRET: "t", SAVEPOINT_JWT_ISSUER: "i", SAVEPOINT_JWT_AUDIENCE: "a" },
  ])("is not made from the environment %j", (environment) => {
    expect(() => credentialsCheck(environment, dependencies)).toThrow("and not both");
  });
});
