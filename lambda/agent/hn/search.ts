import { TerminalError } from "../../index.ts";
import type { Endpoint } from "../configuration.ts";
import { paragraphsOf } from "../text/plain-text.ts";
import { getJson, type RequestScope } from "./client.ts";
import { assertInCorpus } from "./item-ids.ts";
import { type WireHit, wireSearch } from "./wire.ts";

/** What one search asks for. */
export interface SearchRequest {
  readonly query: string;
  readonly kind: "story" | "comment";
  /** Best match first, or newest first. */
  readonly order: "relevance" | "date";
  /** Most hits returned, 1 to 1,000. */
  readonly limit: number;
}

/** A hit, cut down to what choosing threads needs. */
export interface Hit {
  /** The item that was hit: the story itself, or a comment in its thread. */
  readonly item: number;
  readonly story: number;
  readonly title: string;
  readonly url: string | null;
  readonly author: string;
  /** Seconds since the epoch. */
  readonly at: number;
  /** Of the story; null for a comment's hit, which does not tell. */
  readonly points: number | null;
  readonly comments: number | null;
  /** Beginning of the text, plain. */
  readonly excerpt: string;
}

/** What a search found. */
export interface SearchResult {
  /** Hits in all, also those not returned. */
  readonly total: number;
  readonly hits: readonly Hit[];
}

const EXCERPT_CHARACTERS = 120;

/**
 * Searches stories or comments. All words of the query must occur, the last one as a prefix.
 * @throws what {@link getJson} throws; TerminalError when items of another corpus come back
 */
export async function searchHn(
  endpoint: Endpoint,
  { query, kind, order, limit }: SearchRequest,
  scope: RequestScope,
): Promise<SearchResult> {
  const parameters = new URLSearchParams({ query, tags: kind, hitsPerPage: String(limit) });
  // Sorted by date, a hit through a typo comes before an exact one; so Hacker News' own page does.
  if (order === "date") parameters.set("typoTolerance", "min");
  const path = `${order === "date" ? "/search_by_date" : "/search"}?${parameters.toString()}`;
  const reply = await getJson(endpoint, path, wireSearch, scope);
  if (!reply) throw new TerminalError(`${endpoint.api} has no search (404); check the base URL`);
  const hits = reply.hits.flatMap((hit) => hitOf(hit));
  for (const { item, story } of hits) {
    assertInCorpus(item, endpoint.corpus);
    assertInCorpus(story, endpoint.corpus);
  }
  return { total: reply.nbHits, hits };
}

function hitOf(wire: WireHit): Hit[] {
  const item = Number(wire.objectID);
  const story = wire.story_id ?? item;
  const title = wire.title ?? wire.story_title ?? "";
  if (!Number.isSafeInteger(item) || title === "" || !wire.author) return [];
  const [text = ""] = paragraphsOf(wire.comment_text ?? wire.story_text ?? "");
  return [
    {
      item,
      story,
      title: paragraphsOf(title).join(" "),
      url: wire.url ?? wire.story_url ?? null,
      author: wire.author,
      at: wire.created_at_i,
      points: wire.points ?? null,
      comments: wire.num_comments ?? null,
      excerpt: text.slice(0, EXCERPT_CHARACTERS),
    },
  ];
}
