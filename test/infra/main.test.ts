import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("a choice that is none is told without a trace of the code", () => {
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "infra/main.ts"], {
    encoding: "utf8",
    env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ auth: "jwt" }) },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^cannot deploy: .*needed with auth=jwt/);
  expect(stderr).toContain("jwtIssuer");
  expect(stderr).not.toContain("infra/");
});
