import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentWordsOf, stemOf, stemsOf, wordsOf } from "../../../lambda/agent/text/words.ts";

describe("words", () => {
  it("keep what belongs to them", () => {
    expect(wordsOf("C# and C++ on Node.js 3.5, don’t-care!")).toEqual([
      "c#",
      "and",
      "c++",
      "on",
      "node.js",
      "3.5",
      "don't-care",
    ]);
  });

  it("say something about a subject unless they are in every text", () => {
    expect(contentWordsOf("Is it worth using SQLite in production?")).toEqual([
      "sqlite",
      "production",
    ]);
  });
});

describe("stems", () => {
  it.each([
    ["retry", "retries", "retried", "retrying"],
    ["version", "versions", "versioning", "versioned"],
    ["execute", "executes", "execution", "executed"],
    ["reliable", "reliability"],
  ])("of %s and its forms are the same", (...words) => {
    expect(new Set(words.map(stemOf)).size).toBe(1);
  });

  it("of other words differ", () => {
    expect(stemsOf("queue quick query").size).toBe(3);
  });

  it("are stable", () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        expect(stemOf(stemOf(word))).toBe(stemOf(word));
      }),
    );
  });
});
