import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, escaped, yearsOf } from "../../../lambda/agent/report/markdown.ts";

describe("text in Markdown", () => {
  it.each([
    ["plain words, $5 and 10% stay", "plain words, $5 and 10% stay"],
    ["snake_case and a-b stay", "snake_case and a-b stay"],
    ["[x](http://evil.example)", String.raw`\[x\](http\://evil.example)`],
    ["see www.evil.example", String.raw`see www\.evil.example`],
    ["![x](y)", String.raw`!\[x\](y)`],
    ["<img src=x onerror=y>", String.raw`\<img src=x onerror=y\>`],
    ["*bold* _it_ `code` ~no~ a|b", String.raw`\*bold\* \_it\_ \`code\` \~no\~ a\|b`],
    ["&lt;b&gt; AT&T", String.raw`\&lt;b\&gt; AT&T`],
    ["# no heading", String.raw`\# no heading`],
    ["1. no list", String.raw`1\. no list`],
    ["a\n\nb\u200bc", "a bc"],
  ])("%j is %j", (text, markdown) => {
    expect(escaped(text)).toBe(markdown);
  });

  it("never holds an active character", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."[]()<>!*_`\\ab #\n") }), (text) => {
        const bare = escaped(text).replaceAll(/\\./g, "");
        expect(bare).not.toMatch(/[[\]<>*`\n]/);
      }),
    );
  });
});

describe("figures", () => {
  it("agree in number", () => {
    expect([count(1, "thread"), count(2, "thread"), count(0, "query", "queries")]).toEqual([
      "1 thread",
      "2 threads",
      "0 queries",
    ]);
  });

  it("show the years a span of times covers", () => {
    expect(yearsOf([1_600_000_000, 1_700_000_000])).toBe("2020–2023");
    expect(yearsOf([1_600_000_000])).toBe("2020");
  });
});
