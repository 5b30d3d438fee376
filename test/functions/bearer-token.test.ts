import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkToken, tokenHashes, tokenName } from "../../lambda/functions/bearer-token.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const SECRET = JSON.stringify({ tokens: { ci: sha256("one"), laptop: sha256("two") } });

describe("bearer tokens", () => {
  it("are known by their hashes, several at a time", async () => {
    const check = checkToken(async () => SECRET, "tokens");
    expect(await check("one")).toEqual({ principal: "ci" });
    expect(await check("two")).toEqual({ principal: "laptop" });
    for (const wrong of ["", "One", "three", sha256("one")]) {
      expect(await check(wrong)).toEqual({ refused: "unknown token" });
    }
  });

  it("are none while the secret has none", () => {
    expect(tokenName("", tokenHashes('{"tokens":{}}'))).toBeUndefined();
  });

  it.each([
    ["no JSON", "hunter2", "the whole"],
    ["another form", '{"hunter2":"hunter2"}', "tokens"],
    ["a token in plain text", '{"tokens":{"ci":"hunter2"}}', "tokens.ci"],
    ["a hash in capitals", `{"tokens":{"ci":"${"A".repeat(64)}"}}`, "tokens.ci"],
  ])("are refused to everybody with %s in the secret, which is not shown", (_, text, place) => {
    expect(() => tokenHashes(text)).toThrow(`wrong is ${place}`);
    expect(() => tokenHashes(text)).not.toThrow("hunter2");
  });
});
