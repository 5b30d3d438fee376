import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { corpusOf } from "../../../localstack/hn/corpus.ts";
import { parseTopic } from "../../../localstack/hn/corpus-source.ts";
import { sanitiseHtml } from "../../../localstack/hn/sanitise.ts";
import { BANNER } from "../../../localstack/hn/viewer.ts";
import { start } from "./running-simulator.ts";
import { id, smallCorpus } from "./small-corpus.ts";

async function open(
  path: string,
  corpus = smallCorpus,
): Promise<{ response: Response; page: string }> {
  const { viewerUrl } = await start({ corpus });
  const response = await fetch(viewerUrl + path);
  return { response, page: await response.text() };
}

describe("the viewer", () => {
  it("shows a story with its whole thread and an anchor per comment", async () => {
    const { response, page } = await open(`/item?id=${id(1)}`);
    expect(response.status).toBe(200);
    expect(page).toContain("Durable execution explained");
    expect(page).toContain("<h2>3 comments</h2>");
    for (const position of [1, 2, 3, 4]) {
      expect(page).toContain(`<article id="${id(1, position)}"`);
    }
    expect(page).toContain("And <i>retries</i> cost more");
    expect(page).not.toContain('class="requested"');
  });

  it("shows a comment marked, below what it answers and above its answers", async () => {
    const { page } = await open(`/item?id=${id(1, 2)}`);
    expect(page.match(/class="requested"/gu)).toHaveLength(1);
    const order = [id(1, 1), id(1, 2), id(1, 3), id(1, 4)].map((number) =>
      page.indexOf(`<article id="${number}"`),
    );
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(page).toContain(`<article id="${id(1, 2)}" class="requested">`);
    expect(page).toContain(`href="/item?id=${id(1)}#${id(1, 2)}"`);
  });

  it("says on every page that the text is invented", async () => {
    for (const path of [
      "/",
      `/item?id=${id(1)}`,
      `/item?id=${id(1, 2)}`,
      "/item?id=8863",
      "/nope",
    ]) {
      expect((await open(path)).page).toContain(`<div class="banner" role="note">${BANNER}</div>`);
    }
    expect(BANNER).toBe("sample corpus: invented text, not Hacker News");
  });

  it("allows no script, frame, form or foreign resource", async () => {
    for (const path of ["/", `/item?id=${id(1)}`, "/item?id=8863"]) {
      const { response } = await open(path);
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none'; style-src 'unsafe-inline';/u);
      expect(policy).toContain("frame-ancestors 'none'");
    }
  });

  it("shows script as text, and makes hidden characters visible", async () => {
    const { page } = await open(`/item?id=${id(3)}`);
    expect(page).not.toContain("<script");
    expect(page).toContain("[U+200B] &lt;script&gt;alert(1)&lt;&#x2F;script&gt;");
  });

  it("escapes titles, authors and links of stories", async () => {
    const corpus = corpusOf(
      parseTopic("x", '=== 1 2020-01-01T10:00Z <b>ann 5 javascript:"onload=x\n<img src=x> & co\n'),
    );
    const { page } = await open(`/item?id=${id(1)}`, corpus);
    expect(page).toContain("&lt;img src=x&gt; &amp; co");
    expect(page).toContain("&lt;b&gt;ann");
    expect(page).not.toContain('href="javascript:');
  });

  it("answers 404 for an item that is not there, without echoing markup", async () => {
    const { response, page } = await open("/item?id=%3Cscript%3E");
    expect(response.status).toBe(404);
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toContain("<script");
  });

  it("lists all stories by topic", async () => {
    const { page } = await open("/");
    for (const story of smallCorpus.stories) {
      expect(page).toContain(`href="/item?id=${story.id}"`);
    }
  });
});

describe("the sanitiser", () => {
  it.each([
    ["<p>a <i>b</i></p>", "<p>a <i>b</i></p>"],
    ["<pre><code>x &lt; y</code></pre>", "<pre><code>x &lt; y</code></pre>"],
    ["<p>open <i>twice", "<p>open <i>twice</i></p>"],
    ["shut</i></p>", "shut"],
    ["<p><i>crossed</p></i>", "<p><i>crossed</i></p>"],
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;&#x2F;script&gt;"],
    ['<p onclick="x()">a</p>', "<p>a</p>"],
    ['<img src=x onerror="x()">', "&lt;img src=x onerror=&quot;x()&quot;&gt;"],
    ['<a href="javascript:x()">a</a>', "<a>a</a>"],
    ['<a href="JaVaScRiPt&colon;x()">a</a>', "<a>a</a>"],
    ["a < b & c", "a &lt; b &amp; c"],
    ["<!-- <b>no</b> -->", "&lt;!-- &lt;b&gt;no&lt;&#x2F;b&gt; --&gt;"],
    ["a\u{202e}b\u{e0041}c", "a[U+202E]b[U+E0041]c"],
  ])("turns %j into %j", (html, safe) => {
    expect(sanitiseHtml(html)).toBe(safe);
  });

  it("lets through no tag or attribute but its own, whatever it is given", () => {
    const pieces = fc.constantFrom(
      "<",
      ">",
      "/",
      '"',
      "a",
      "p",
      "script",
      " href=",
      "&lt;",
      "&#60;",
      "!--",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const rest = sanitiseHtml(parts.join("")).replaceAll(
          /<\/?(?:p|a|i|pre|code)>|<a href="https?:[^"<>]*" rel="nofollow noopener noreferrer">/gu,
          "",
        );
        expect(rest).not.toMatch(/[<>"]/u);
      }),
    );
  });

  it("keeps the link of an http(s) address and nothing else of the tag", () => {
    expect(sanitiseHtml('<a href="https:&#x2F;&#x2F;a.example&#x2F;?a=1&amp;b=2" id=x>a</a>')).toBe(
      '<a href="https:&#x2F;&#x2F;a.example&#x2F;?a=1&amp;b=2" rel="nofollow noopener noreferrer">a</a>',
    );
  });
});
