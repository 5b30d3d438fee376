import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemIds } from "../../lambda/core/ids.ts";
import {
  isSameToken,
  tokenMark,
  tokenMessage,
  tokenOf,
  tokenOwner,
} from "../../lambda/core/token.ts";

const runId = fc.stringMatching(/^[A-Za-z0-9:_~@-]{1,200}$/);
const key = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 50 })
  .filter((text) => !/\p{Cs}/u.test(text));
const owner = fc.record({ runId, incarnation: fc.stringMatching(/^[0-9A-Z]{26}$/), key });

describe("a token", () => {
  it("tells whose it is, and fits the path of a URL", () => {
    fc.assert(
      fc.property(owner, (whose) => {
        const token = tokenOf(whose, systemIds.secret());
        expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/);
        expect(tokenOwner(token)).toEqual(whose);
      }),
    );
  });

  it("is another one each time, of 32 bytes", () => {
    const secrets = Array.from({ length: 100 }, () => systemIds.secret());
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  });

  it("is known by a short hash, which is its own", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(isSameToken(one, other)).toBe(one === other);
        expect(tokenMark(one) === tokenMark(other)).toBe(one === other);
        expect(tokenMessage(one)).toBe(`@token/${tokenMark(one)}`);
      }),
    );
    expect(tokenMark("x")).toHaveLength(12);
  });
});

describe("what is no token", () => {
  const headed = (names: unknown) =>
    `${Buffer.from(JSON.stringify(names)).toString("base64url")}.${"x".repeat(43)}`;

  it.each([
    ["", "nothing"],
    [".", "a dot"],
    [headed(["run", "inc"]), "two names"],
    [headed(["run", "inc", 5]), "a number"],
    [headed(["run", "inc", ""]), "an empty key"],
    [headed(["run", "", "key"]), "an empty incarnation"],
    [headed(["a/b", "inc", "key"]), "what is no run id"],
    [headed(["run", "inc", "k".repeat(1_001)]), "a key that is too long"],
    [headed({ length: 3 }), "an object"],
    [headed(["run", "inc", "key"]).slice(0, -1), "a short secret"],
    [`${headed(["run", "inc", "key"])}\n`, "a line end"],
    [`W yJ.${"x".repeat(43)}`, "a space"],
    [`${"A".repeat(4_096)}.${"x".repeat(43)}`, "too long a text"],
  ])("names nobody: %s (%s)", (text) => {
    expect(tokenOwner(text)).toBeUndefined();
  });

  it("throws nothing, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.base64String()), (given) => {
        const whose = tokenOwner(given);
        expect(whose === undefined || typeof whose.key === "string").toBe(true);
      }),
    );
  });
});
