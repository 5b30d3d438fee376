import type { Corpus } from "./corpus.ts";
import { BadRequestError } from "./filters.ts";
import type { Item } from "./item.ts";
import { renderItem, renderUser } from "./items.ts";
import { SearchIndex } from "./search-index.ts";
import { renderSearchReply } from "./search-reply.ts";
import { parseSearchRequest } from "./search-request.ts";
import { type Order, search } from "./search.ts";
import { renderIndexPage, renderItemPage, renderMissingPage } from "./viewer.ts";

/** A reply before it is written to the connection. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers a GET request. */
export type Routes = (url: URL) => Reply;

const HTML_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Builds the search index and returns the routes: the API as `hn.algolia.com/api/v1` serves it, and
 * the viewer (`/`, `/item?id=`).
 *
 * @param monotonic Milliseconds, to tell how long a search took.
 */
export function createRoutes(corpus: Corpus, monotonic: () => number): Routes {
  const index = new SearchIndex(corpus.stories);
  return (url) => {
    const [, first, ...rest] = url.pathname.split("/");
    if (first === "api" && rest[0] === "v1") {
      return answerApi(corpus, index, url, rest.slice(1), monotonic);
    }
    if (url.pathname === "/") {
      return html(200, renderIndexPage(corpus));
    }
    const id = url.searchParams.get("id") ?? "";
    const item = url.pathname === "/item" ? findItem(corpus, id) : undefined;
    return item === undefined ? html(404, renderMissingPage(id)) : html(200, renderItemPage(item));
  };
}

/** A reply of JSON, as the API gives for success and for errors. */
export function json(status: number, value: unknown): Reply {
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "x-content-type-options": "nosniff",
    },
    body: JSON.stringify(value),
  };
}

function findItem(corpus: Corpus, id: string): Item | undefined {
  return /^\d+$/u.test(id) ? corpus.items.get(Number(id)) : undefined;
}

function html(status: number, body: string): Reply {
  return { status, headers: HTML_HEADERS, body };
}

function answerApi(
  corpus: Corpus,
  index: SearchIndex,
  url: URL,
  [resource, name, ...rest]: readonly string[],
  monotonic: () => number,
): Reply {
  if (resource === "search" && name === undefined) {
    return answerSearch(index, url.searchParams, "relevance", monotonic);
  }
  if (resource === "search_by_date" && name === undefined) {
    return answerSearch(index, url.searchParams, "date", monotonic);
  }
  if (resource === "items" && name !== undefined && rest.length === 0) {
    const item = findItem(corpus, name);
    return item === undefined ? notFound() : json(200, renderItem(item));
  }
  if (resource === "users" && name !== undefined && rest.length === 0) {
    const user = renderUser(corpus, name);
    return user === undefined ? notFound() : json(200, user);
  }
  return notFound();
}

function answerSearch(
  index: SearchIndex,
  parameters: URLSearchParams,
  order: Order,
  monotonic: () => number,
): Reply {
  const started = monotonic();
  try {
    const request = parseSearchRequest(parameters);
    const matches = search(index, request, order);
    return json(200, renderSearchReply(matches, request, parameters, monotonic() - started));
  } catch (error) {
    if (error instanceof BadRequestError) {
      return json(400, { message: error.message, status: 400 });
    }
    throw error;
  }
}

function notFound(): Reply {
  return json(404, { status: 404, error: "Not Found" });
}
