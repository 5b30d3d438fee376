import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TerminalError } from "../../../lambda/index.ts";
import { endpointOf } from "../../../lambda/agent/configuration.ts";
import { searchHn } from "../../../lambda/agent/hn/search.ts";
import { type HnSimulator, startHnSimulator } from "../../../localstack/hn/server.ts";
import { startHnServer } from "./hn-server.ts";

let simulator: HnSimulator;
beforeAll(async () => {
  simulator = await startHnSimulator();
});
afterAll(() => simulator.close());

const scope = () => ({ signal: new AbortController().signal, idempotencyKey: "key-1" });
const sample = () => endpointOf("sample", { SAVEPOINT_SAMPLE_HN_URL: simulator.url });
const hit = {
  objectID: "7",
  title: "T",
  author: "ann",
  created_at_i: 5,
  points: 3,
  num_comments: 2,
};

describe("a search", () => {
  it("finds stories with what choosing among them needs", async () => {
    const request = { query: "durable execution", kind: "story", order: "relevance" } as const;
    const { total, hits } = await searchHn(sample(), { ...request, limit: 3 }, scope());
    expect(total).toBeGreaterThan(3);
    expect(hits).toHaveLength(3);
    for (const found of hits) {
      expect(found.title.toLowerCase()).toMatch(/durable|execution/);
      expect(found).toMatchObject({ item: found.story, points: expect.any(Number) });
    }
  });

  it("finds comments with the story they belong to", async () => {
    const request = { query: "durable execution", kind: "comment", order: "date" } as const;
    const { hits } = await searchHn(sample(), { ...request, limit: 30 }, scope());
    expect(hits.map(({ at }) => at)).toEqual(hits.map(({ at }) => at).toSorted((a, b) => b - a));
    for (const { item, story, title, excerpt } of hits) {
      expect(item).toBeGreaterThan(story);
      expect(title).not.toBe("");
      expect(excerpt.length).toBeLessThanOrEqual(120);
    }
  });

  it("takes hits with missing and unknown fields", async () => {
    const bare = { objectID: "8", author: "bob", created_at_i: 6, story_title: "S", story_id: 7 };
    const odd = { ...bare, objectID: "9", author: null };
    const body = { nbHits: 2, hits: [{ ...hit, novel: 1 }, bare, odd] };
    await using server = await startHnServer(() => ({ body }));
    const endpoint = endpointOf("live", { SAVEPOINT_HN_URL: server.url });
    const request = { query: "a b", kind: "story", order: "relevance", limit: 5 } as const;
    const { hits } = await searchHn(endpoint, request, scope());
    expect(hits).toMatchObject([
      { item: 7, story: 7, title: "T", url: null, points: 3, comments: 2 },
      { item: 8, story: 7, title: "S", points: null, comments: null },
    ]);
    expect(server.requests).toEqual([
      { path: "/search?query=a+b&tags=story&hitsPerPage=5", key: "key-1" },
    ]);
  });

  it.each([
    ["live", "9000000000001", "sample corpus"],
    ["sample", "123", "not of the sample corpus"],
  ] as const)("on the %s corpus refuses item %s", async (corpus, objectID, message) => {
    const body = { nbHits: 1, hits: [{ ...hit, objectID }] };
    await using server = await startHnServer(() => ({ body }));
    const urls = { SAVEPOINT_HN_URL: server.url, SAVEPOINT_SAMPLE_HN_URL: server.url };
    const request = { query: "x", kind: "story", order: "relevance", limit: 5 } as const;
    const failed = searchHn(endpointOf(corpus, urls), request, scope());
    await expect(failed).rejects.toBeInstanceOf(TerminalError);
    await expect(failed).rejects.toThrow(message);
  });
});
