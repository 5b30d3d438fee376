import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentencesOf } from "../../../lambda/agent/text/sentences.ts";

describe("the sentences of a paragraph", () => {
  it.each([
    [
      "ends",
      "It works. It is slow! Why? No idea.",
      ["It works.", "It is slow!", "Why?", "No idea."],
    ],
    ["abbreviations", "Use queues, e.g. SQS. Done.", ["Use queues, e.g. SQS.", "Done."]],
    ["comparisons", "Go vs. Rust is dull.", ["Go vs. Rust is dull."]],
    ["numbers", "It took 3.5 s. We left.", ["It took 3.5 s.", "We left."]],
    ["no end", "just a fragment", ["just a fragment"]],
    ["nothing", "  ", []],
  ])("are told apart: %s", (_, paragraph, sentences) => {
    expect(sentencesOf(paragraph)).toEqual(sentences);
  });

  it("hold every word of the paragraph, in order", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (paragraph) => {
        const dense = (text: string) => text.replaceAll(/\s/g, "");
        expect(dense(sentencesOf(paragraph).join(""))).toBe(dense(paragraph));
      }),
    );
  });
});
