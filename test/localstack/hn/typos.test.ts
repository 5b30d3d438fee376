import { describe, expect, it } from "vitest";
import { allowedTypos, DEFAULT_TYPO_LIMITS, typosBetween } from "../../../localstack/hn/typos.ts";

describe("typo tolerance", () => {
  it.each([
    ["sql", 0],
    ["rust", 1],
    ["durable", 1],
    ["postgres", 2],
  ])("forgives in %j up to %i", (word, typos) => {
    expect(allowedTypos(word, DEFAULT_TYPO_LIMITS)).toBe(typos);
  });

  it.each([
    ["durable", "durable", 0],
    ["duravle", "durable", 1],
    ["durble", "durable", 1],
    ["durrable", "durable", 1],
    ["druable", "durable", 1],
    ["xurable", "durable", 2],
    ["duravlx", "durable", undefined],
  ])("counts %j for %j as %s with one edit allowed", (query, indexed, typos) => {
    expect(typosBetween(query, indexed, false, 1)).toBe(typos);
  });

  it.each([
    ["exec", "execution", 0],
    ["exce", "execution", 1],
    ["exectu", "execution", 1],
    ["ecxe", "execution", 1],
    ["exax", "execution", undefined],
  ])("takes %j as the beginning of %j with %s typos", (query, indexed, typos) => {
    expect(typosBetween(query, indexed, true, 1)).toBe(typos);
  });
});
