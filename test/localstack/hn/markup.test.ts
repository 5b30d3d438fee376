import { describe, expect, it } from "vitest";
import { renderMarkup } from "../../../localstack/hn/markup.ts";

describe("the markup of the comment box", () => {
  it("divides paragraphs at blank lines and joins the lines within", () => {
    expect(renderMarkup("one\ntwo\n\nthree\n")).toEqual(["one two", "three"]);
  });

  it("escapes with the entities that Hacker News uses", () => {
    expect(renderMarkup(`it's <b> & "a/b"`)).toEqual([
      "it&#x27;s &lt;b&gt; &amp; &quot;a&#x2F;b&quot;",
    ]);
  });

  it("makes starred words italic, but not a multiplication", () => {
    expect(renderMarkup("this *is so* and (*that*), 2 * 3 * 4")).toEqual([
      "this <i>is so</i> and (<i>that</i>), 2 * 3 * 4",
    ]);
  });

  it("links URLs without the punctuation behind them and cuts a long link text at 60", () => {
    const [html] = renderMarkup(`See https://a.example/${"x".repeat(60)}.`);
    const shown = `https:&#x2F;&#x2F;a.example&#x2F;${"x".repeat(42)}...`;
    const href = `https:&#x2F;&#x2F;a.example&#x2F;${"x".repeat(60)}`;
    expect(html).toBe(`See <a href="${href}" rel="nofollow">${shown}</a>.`);
  });

  it("keeps indented lines as code", () => {
    expect(renderMarkup("before\n\n  if (a < b) {\n    go()\n\nafter")).toEqual([
      "before",
      "<pre><code>  if (a &lt; b) {\n    go()\n</code></pre>",
      "after",
    ]);
  });

  it("turns a spelled-out code point into the character", () => {
    expect(renderMarkup(String.raw`a\u{200b}b`)).toEqual(["a\u{200b}b"]);
  });
});
