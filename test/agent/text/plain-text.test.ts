import { describe, expect, it } from "vitest";
import { paragraphsOf } from "../../../lambda/agent/text/plain-text.ts";

describe("a text of Hacker News as plain paragraphs", () => {
  it.each([
    ["search hits separate paragraphs by <p>", "One.<p>Two.", ["One.", "Two."]],
    ["items wrap them", "<p>One.</p><p>Two.</p>", ["One.", "Two."]],
    ["emphasis goes", "It is <i>really</i> slow.", ["It is really slow."]],
    ["entities are decoded", "don&#x27;t &quot;a&#x2F;b&quot; &gt; c", ['don\'t "a/b" > c']],
    ["entities are decoded once", "&amp;lt;b&amp;gt;", ["&lt;b&gt;"]],
    ["escaped tags stay text", "&lt;b&gt;bold&lt;&#x2F;b&gt;", ["<b>bold</b>"]],
    ["white space collapses", "a\n  b\t c", ["a b c"]],
    ["code is no statement", "Run:<p><pre><code>rm -rf x.\n</code></pre>Done.", ["Run:", "Done."]],
    ["code that is not closed, too", "Run:<pre><code>rm -rf x.", ["Run:"]],
    ["empty paragraphs go", "<p></p><p> </p>x", ["x"]],
    ["nothing is nothing", "", []],
  ])("%s", (_, html, paragraphs) => {
    expect(paragraphsOf(html)).toEqual(paragraphs);
  });

  it("has the whole address of a link that was shortened", () => {
    const link =
      '<a href="https:&#x2F;&#x2F;a.example&#x2F;long" rel="nofollow">https:&#x2F;&#x2F;a.ex...</a>';
    expect(paragraphsOf(`See ${link}.`)).toEqual(["See https://a.example/long."]);
  });

  it("leaves out what quotes the comment answered", () => {
    expect(paragraphsOf("&gt; it never fails<p>It failed twice.")).toEqual(["It failed twice."]);
    expect(paragraphsOf("&gt;&gt; x\nMine.")).toEqual(["Mine."]);
  });

  it("has no characters that cannot be seen", () => {
    const hidden = "a\u200bb\u202ec\u{e0041}d\u00ade\ufefff&#x200b;g&#0;h";
    expect(paragraphsOf(hidden).join("")).not.toMatch(
      /[\u200b\u202e\u00ad\ufeff\u{e0041}]|\p{Cc}/u,
    );
    expect(paragraphsOf(hidden).join("")).toContain("abcdefg");
  });
});
