import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shownPath } from "../../lambda/api/shown-path.ts";
import { systemIds } from "../../lambda/core/ids.ts";
import { tokenOf } from "../../lambda/core/token.ts";

const TOKEN = tokenOf({ runId: "a", incarnation: "1", key: "approve" }, "s".repeat(43));
const encoded = (text: string): string =>
  Array.from(text, (one) => `%${one.charCodeAt(0).toString(16)}`).join("");

describe("the path that is shown of a request", () => {
  it.each([
    [`/tokens/${TOKEN}`, "/tokens/{token}"],
    ["/tokens/half-a-token/x", "/tokens/{token}"],
    ["//tokens//x", "//tokens/{token}"],
    ["/v1/tokens/x.y", "/v1/tokens/{token}"],
    ["/Tokens/x.y", "/Tokens/{token}"],
    ["/%74okens/x.y", "/tokens/{token}"],
    ["/tokens%2Fx.y", "/tokens%2F{token}"],
    [`/token/${TOKEN}`, "/token/{token}"],
    [`/token/${encoded(TOKEN)}`, "/token/{token}"],
    [`/token/%22${TOKEN}%22,`, '/token/"{token}",'],
    [`/token/${TOKEN}%`, "/token/{token}%"],
    [`/token%2F${TOKEN}`, "/token%2F%7Btoken%7D"],
  ])("has no token: %s", (path, shown) => {
    expect(shownPath(path)).toBe(shown);
  });

  it("has no token of whatever run, wherever it is", () => {
    const name = fc.string({ unit: "grapheme-composite", minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(name, name, fc.webPath(), (runId, key, before) => {
        const secret = systemIds.secret();
        const token = tokenOf({ runId, incarnation: "1", key }, secret);
        expect(shownPath(`${before.slice(0, 60)}/${token}`)).not.toContain(secret);
      }),
    );
  });

  it.each([
    ["/runs/a@2026-11-30T03%3A00Z", "/runs/a@2026-11-30T03:00Z"],
    [`/runs/app.${"x".repeat(43)}/cancel`, `/runs/app.${"x".repeat(43)}/cancel`],
    ["/runs/a%2Fcancel", "/runs/a%2Fcancel"],
    ["/runs/a%252Fb", "/runs/a%252Fb"],
    ["/runs/a%0Ab%E2%80%AE", "/runs/a%0Ab%E2%80%AE"],
    ["/runs/100%/%3A", "/runs/100%/:"],
  ])("is decoded where that shows what it is: %s", (path, shown) => {
    expect(shownPath(path)).toBe(shown);
  });

  it("has the longest run id and what is done to it", () => {
    const path = `/runs/${"a".repeat(200)}/cancel`;
    expect(shownPath(path)).toBe(path);
    expect(shownPath(`/${"a".repeat(1_000)}`)).toHaveLength(301);
  });
});
