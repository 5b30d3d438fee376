import { type Hit, renderHit } from "./hit.ts";
import type { Entry } from "./search-index.ts";
import { MAX_HITS, type SearchRequest } from "./search-request.ts";
import type { Match } from "./search.ts";

/** What `/search` and `/search_by_date` answer. */
export interface SearchReply {
  readonly hits: readonly Hit[];
  /** Hits in all; 0 when `message` is there. */
  readonly nbHits: number;
  /** From 0. */
  readonly page: number;
  readonly nbPages: number;
  readonly hitsPerPage: number;
  readonly exhaustive: { readonly nbHits: boolean; readonly typo: boolean };
  readonly exhaustiveNbHits: boolean;
  readonly exhaustiveTypo: boolean;
  readonly query: string;
  /** The parameters as understood, URL-encoded. */
  readonly params: string;
  readonly processingTimeMS: number;
  readonly serverTimeMS: number;
  /** Says that the page lies past the 1,000 hits a query can return. */
  readonly message?: string;
}

/** Algolia's words when `paginationLimitedTo` is exceeded. */
const PAST_THE_END =
  `you can only fetch the ${MAX_HITS} hits for this query. You can extend the number of hits ` +
  "returned via the paginationLimitedTo index parameter or use the browse method. You can read " +
  "our FAQ for more details about browsing: " +
  "https://www.algolia.com/doc/faq/index-configuration/how-can-i-retrieve-all-the-records-in-my-index";

/**
 * Cuts the page asked for out of the matches. No more than 1,000 hits of a query can be had: a page
 * past them is empty, with status 200, `nbHits` 0 and a `message` (algolia/hn-search issue 230).
 *
 * @param milliseconds How long the search took.
 */
export function renderSearchReply(
  matches: readonly Match[],
  request: SearchRequest,
  parameters: URLSearchParams,
  milliseconds: number,
): SearchReply {
  const { page, hitsPerPage } = request;
  const start = page * hitsPerPage;
  const beyond = start >= MAX_HITS;
  const entries: Entry[] = beyond
    ? []
    : matches.slice(start, Math.min(start + hitsPerPage, MAX_HITS)).map(({ entry }) => entry);
  const reachable = Math.min(matches.length, MAX_HITS);
  const params = new URLSearchParams(parameters);
  params.set("advancedSyntax", params.get("advancedSyntax") ?? "true");
  params.set("analytics", params.get("analytics") ?? "false");
  return {
    hits: entries.map((entry) => renderHit(entry, request)),
    nbHits: beyond ? 0 : matches.length,
    page,
    nbPages: beyond || hitsPerPage === 0 ? 0 : Math.ceil(reachable / hitsPerPage),
    hitsPerPage,
    exhaustive: { nbHits: true, typo: true },
    exhaustiveNbHits: true,
    exhaustiveTypo: true,
    query: request.query,
    params: params.toString(),
    processingTimeMS: Math.ceil(milliseconds),
    serverTimeMS: Math.ceil(milliseconds),
    ...(beyond ? { message: PAST_THE_END } : {}),
  };
}
