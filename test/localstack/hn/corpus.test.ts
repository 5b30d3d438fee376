import { describe, expect, it } from "vitest";
import { loadCorpus } from "../../../localstack/hn/corpus.ts";
import { parseTopic } from "../../../localstack/hn/corpus-source.ts";
import { FIRST_SAMPLE_ID, isLive } from "../../../localstack/hn/item.ts";

const corpus = loadCorpus();
const live = corpus.comments.filter(isLive);

function plainWords(blocks: readonly string[]): string[] {
  const text = blocks.join(" ").replaceAll(/<[^>]*>|&[#\w]+;/gu, " ");
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function trigrams(words: readonly string[]): Set<string> {
  return new Set(words.slice(2).map((_, index) => words.slice(index, index + 3).join(" ")));
}

describe("the sample corpus", () => {
  it("has at least 48 stories and 850 comments on at least 8 topics", () => {
    expect(corpus.stories.length).toBeGreaterThanOrEqual(48);
    expect(corpus.comments.length).toBeGreaterThanOrEqual(850);
    expect(new Set(corpus.stories.map(({ topic }) => topic)).size).toBeGreaterThanOrEqual(8);
  });

  it("is richest on durable execution, the topic of the demonstration", () => {
    const stories = corpus.stories.filter(({ topic }) => topic === "durable-execution");
    const comments = corpus.comments.filter(({ story }) => stories.includes(story));
    expect(stories.length).toBeGreaterThanOrEqual(10);
    expect(comments.length).toBeGreaterThanOrEqual(180);
    const text = comments.flatMap(({ blocks }) => plainWords(blocks)).join(" ");
    for (const subject of ["idempotency key", "determinism", "postgres", "cost", "debugging"]) {
      expect(text).toContain(subject);
    }
  });

  it("gives no item an id that a real one could have", () => {
    for (const item of corpus.items.values()) {
      expect(item.id).toBeGreaterThanOrEqual(FIRST_SAMPLE_ID);
      expect(Number.isSafeInteger(item.id)).toBe(true);
    }
    expect(corpus.items.size).toBe(corpus.stories.length + corpus.comments.length);
  });

  it("links to reserved domains only", () => {
    const texts = [...corpus.items.values()].flatMap((item) => [
      ...item.blocks.map((block) => block.replaceAll("&#x2F;", "/")),
      item.kind === "story" ? (item.url ?? "") : "",
    ]);
    const hosts = texts.flatMap((text) =>
      [...text.matchAll(/https?:\/\/([^/"\s<:]+)/gu)].map((match) => match[1] ?? ""),
    );
    expect(hosts.length).toBeGreaterThan(40);
    expect(hosts.filter((host) => !host.endsWith(".example"))).toEqual([]);
  });

  it("keeps every comment below a parent of its own story, posted before it, six deep at most", () => {
    for (const comment of corpus.comments) {
      expect(corpus.items.get(comment.parent.id)).toBe(comment.parent);
      expect(comment.parent.children).toContain(comment);
      expect(comment.parent.kind === "story" ? comment.parent : comment.parent.story).toBe(
        comment.story,
      );
      expect(comment.createdAt).toBeGreaterThan(comment.parent.createdAt);
    }
    expect(Math.max(...corpus.comments.map(({ depth }) => depth))).toBe(6);
  });

  it("never says the same twice: no two texts share over 60 % of their word trigrams", () => {
    const texts = live.map(({ blocks }) => plainWords(blocks));
    expect(new Set(texts.map((words) => words.join(" "))).size).toBe(live.length);
    const grams = texts.map(trigrams).filter(({ size }) => size > 0);
    const alike = grams.flatMap((left, index) =>
      grams.slice(0, index).flatMap((right) => {
        const shared = [...left].filter((gram) => right.has(gram)).length;
        const share = shared / Math.min(left.size, right.size);
        return share > 0.6 ? [[...left].join(" / ")] : [];
      }),
    );
    expect(alike).toEqual([]);
  });

  it("has links that were posted again in another year, or again soon after", () => {
    const byUrl = new Map<string, number[]>();
    for (const { url, createdAt } of corpus.stories) {
      if (url !== undefined) {
        byUrl.set(url, [...(byUrl.get(url) ?? []), new Date(createdAt * 1000).getUTCFullYear()]);
      }
    }
    const reposted = [...byUrl.values()].filter(({ length }) => length > 1);
    expect(reposted.length).toBeGreaterThanOrEqual(8);
    expect(reposted.filter((years) => new Set(years).size > 1).length).toBeGreaterThanOrEqual(6);
  });

  it("has Ask HN and Show HN posts", () => {
    const titles = corpus.stories.map(({ title }) => title);
    expect(titles.filter((title) => title.startsWith("Ask HN:")).length).toBeGreaterThanOrEqual(6);
    expect(titles.filter((title) => title.startsWith("Show HN:")).length).toBeGreaterThanOrEqual(3);
  });

  it("has deleted and dead comments, without author and text, some of them answered", () => {
    const gone = corpus.comments.filter((comment) => !isLive(comment));
    expect(gone.length).toBeGreaterThanOrEqual(10);
    expect(gone.every(({ blocks }) => blocks.length === 0)).toBe(true);
    expect(gone.some(({ children }) => children.length > 0)).toBe(true);
  });

  it("has texts that try to take over their reader, in most topics and with hidden characters", () => {
    const hostile = corpus.comments.filter(({ hostile: marked }) => marked);
    expect(hostile.length).toBeGreaterThanOrEqual(12);
    expect(new Set(hostile.map(({ story }) => story.topic)).size).toBeGreaterThanOrEqual(6);
    const text = hostile.flatMap(({ blocks }) => blocks).join("\n");
    for (const trick of [/ignore all previous/iu, /!\[/u, /10&#x2F;10/u, /&lt;system&gt;/u]) {
      expect(text).toMatch(trick);
    }
    expect(text).toMatch(/\u{200b}/u);
    expect(text).toMatch(/\u{202e}/u);
  });

  it("uses the HTML that Hacker News uses: italics, links, code, quotes and entities", () => {
    const html = live.flatMap(({ blocks }) => blocks).join("<p>");
    for (const markup of ["<i>", ' rel="nofollow">', "<pre><code>", "&gt; ", "&#x27;", "&quot;"]) {
      expect(html).toContain(markup);
    }
    const tags = new Set([...html.matchAll(/<\/?(\w+)/gu)].map((match) => match[1]));
    expect(tags).toEqual(new Set(["a", "code", "i", "p", "pre"]));
  });
});

describe("the corpus format", () => {
  const story = "=== 1 2020-01-01T10:00Z ann 5 -\nTitle\n\n";

  it.each([
    ["@@ bob +1m\nToo deep.", /line 4: answers nothing/u],
    ["@ bob +1w\nNo such unit.", /line 4: expected "@@ AUTHOR \+12m"/u],
    ["@ [deleted] +1m\nStill here.", /line 4: a deleted or dead comment has no text/u],
    ["@ bob +1m\n\n", /line 4: a deleted or dead comment has no text, every other one has/u],
    ["=== 2 yesterday ann 5 -\nTitle", /line 4: expected "=== NUMBER/u],
  ])("refuses %j and says where", (text, message) => {
    expect(() => parseTopic("sample", story + text)).toThrow(message);
  });

  it("refuses text before the first story", () => {
    expect(() => parseTopic("sample", "hello")).toThrow(/line 1: text before the first story/u);
  });
});
