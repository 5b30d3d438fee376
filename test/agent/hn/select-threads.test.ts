import { describe, expect, it } from "vitest";
import type { Hit } from "../../../lambda/agent/hn/search.ts";
import { pageOf, selectThreads } from "../../../lambda/agent/hn/select-threads.ts";

const hit = (story: number, changes: Partial<Hit> = {}): Hit => ({
  item: story,
  story,
  title: `Title${story}`,
  url: `https://site${story}.example/page`,
  author: "ann",
  at: 0,
  points: 10,
  comments: 10,
  excerpt: "",
  ...changes,
});
const all = { exclude: new Set<number>(), limit: 10 };
const chosen = (rankings: Hit[][], selection = all) =>
  selectThreads(rankings, selection).map(({ story }) => story);

describe("the threads chosen", () => {
  it("are those that several rankings agree on first", () => {
    const rankings = [
      [hit(1), hit(2), hit(3)],
      [hit(4), hit(2)],
    ];
    expect(chosen(rankings)[0]).toBe(2);
  });

  it("rise with each comment that matches", () => {
    const comment = (item: number) => hit(2, { item, points: null, comments: null });
    expect(chosen([[hit(1)], [comment(21), comment(22), comment(23)]])).toEqual([2, 1]);
  });

  it("rise with what was said there", () => {
    expect(chosen([[hit(1, { comments: 1 }), hit(2, { comments: 900 })]])).toEqual([2, 1]);
  });

  it("are not those that were read, nor reposts of these", () => {
    const repost = hit(2, { url: "http://www.site1.example/page/?utm_source=x" });
    expect(chosen([[hit(1), repost, hit(3)]], { ...all, exclude: new Set([1]) })).toEqual([3]);
  });

  it("are one of several with the same title", () => {
    expect(chosen([[hit(1), hit(2, { title: "TITLE1!" }), hit(3)]])).toEqual([1, 3]);
  });

  it("are two of one site at most", () => {
    const url = (page: number) => ({ url: `https://blog.example/${page}` });
    expect(chosen([[1, 2, 3, 4].map((story) => hit(story, url(story)))])).toEqual([1, 2]);
  });

  it("have something to read", () => {
    const silent = hit(1, { comments: 0 });
    const asked = hit(2, { comments: 0, excerpt: "How do you do it?", url: null });
    expect(chosen([[silent, asked]])).toEqual([2]);
  });

  it("are no more than the limit, in an order that does not depend on chance", () => {
    const same = [hit(3), hit(1), hit(2)].map((one) => [one]);
    expect(chosen(same, { ...all, limit: 2 })).toEqual([1, 2]);
  });
});

describe("a page's address", () => {
  it.each([
    ["https://www.a.example/x/", "a.example/x"],
    ["http://a.example/x?utm_medium=y&ref=hn#part", "a.example/x"],
    ["https://A.example/x?id=2", "a.example/x?id=2"],
    ["not a url", ""],
    [null, ""],
  ])("of %s is %s", (url, page) => {
    expect(pageOf(url)).toBe(page);
  });
});
