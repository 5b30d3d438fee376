import { describe, expect, it } from "vitest";
import { BadRequestError } from "../../../localstack/hn/filters.ts";
import { SearchIndex } from "../../../localstack/hn/search-index.ts";
import { parseSearchRequest } from "../../../localstack/hn/search-request.ts";
import { type Order, search } from "../../../localstack/hn/search.ts";
import { id, smallCorpus } from "./small-corpus.ts";

const index = new SearchIndex(smallCorpus.stories);

function find(parameters: Record<string, string>, order: Order = "relevance"): number[] {
  const request = parseSearchRequest(new URLSearchParams(parameters));
  return search(index, request, order).map(({ entry }) => entry.item.id);
}

describe("words", () => {
  it("must all occur, in whatever attribute", () => {
    expect(find({ query: "durable execution" })).toEqual([id(1), id(2), id(1, 1)]);
    expect(find({ query: "durable nowhere" })).toEqual([]);
    expect(find({ query: "recipe bob_elm" })).toEqual([id(3)]);
  });

  it("take only the last as a prefix", () => {
    expect(find({ query: "checkpointing data" })).toEqual([id(1, 4)]);
    expect(find({ query: "checkpoint databases" })).toEqual([]);
    expect(find({ query: "checkp datab", queryType: "prefixAll" })).toEqual([id(1, 4)]);
    expect(find({ query: "checkpointing data", queryType: "prefixNone" })).toEqual([]);
  });

  it("may have typos according to their length, unless typoTolerance is false", () => {
    expect(find({ query: "marzipna" })).toEqual([id(2), id(3)]);
    expect(find({ query: "marzipna", typoTolerance: "false" })).toEqual([]);
    expect(find({ query: "marzipna", minWordSizefor2Typos: "9" })).toEqual([id(2), id(3)]);
    expect(find({ query: "marzipna", minWordSizefor1Typo: "9" })).toEqual([id(2), id(3)]);
    expect(find({ query: "marizpna", minWordSizefor2Typos: "9" })).toEqual([]);
    expect(find({ query: "hn" })).toEqual([id(2), id(3)]);
    expect(find({ query: "nh" })).toEqual([]);
  });

  it("with fewer typos come first, and are the only ones with typoTolerance=min", () => {
    const query = "recipes server";
    expect(find({ query })).toEqual([id(3, 2), id(3), id(4)]);
    expect(find({ query, typoTolerance: "min" })).toEqual([id(3, 2)]);
    expect(find({ query, typoTolerance: "strict" })).toEqual([id(3, 2), id(3), id(4)]);
  });

  it("find separators that are indexed", () => {
    expect(find({ query: "C#" })).toEqual([id(1, 1)]);
    expect(find({ query: "node.js" })).toEqual([id(1, 1)]);
  });

  it("named in optionalWords may be missing, and more words rank higher", () => {
    const optionalWords = "marzipan,checkpointing";
    expect(find({ query: "durable marzipan", optionalWords })).toEqual([id(2), id(1), id(1, 1)]);
    expect(find({ query: "marzipan checkpointing", optionalWords })).toHaveLength(3);
    expect(find({ query: "marzipan nothing", optionalWords: "marzipan" })).toEqual([]);
  });

  it("do not find deleted comments, and an empty query finds all that are live", () => {
    expect(find({})).toHaveLength(smallCorpus.items.size - 1);
    expect(find({})).not.toContain(id(1, 3));
  });

  it("are searched for in the attributes asked for only", () => {
    const query = "marzipan";
    expect(find({ query, restrictSearchableAttributes: "url" })).toEqual([id(3)]);
    expect(find({ query, restrictSearchableAttributes: '["story_text"]' })).toEqual([id(2)]);
    expect(find({ query, restrictSearchableAttributes: "title,author" })).toEqual([]);
    expect(() => find({ query, restrictSearchableAttributes: "points" })).toThrow(BadRequestError);
  });
});

describe("advanced syntax", () => {
  it("finds a phrase as it stands", () => {
    expect(find({ query: '"durable execution"' })).toEqual([id(1)]);
    expect(find({ query: '"execution durable"' })).toEqual([]);
    expect(find({ query: '"durable exec"' })).toEqual([]);
  });

  it("leaves out what has an excluded word or phrase", () => {
    expect(find({ query: "durable execution -queues" })).toEqual([id(1), id(1, 1)]);
    expect(find({ query: 'durable -"durable execution" -"one write"' })).toEqual([id(2)]);
  });

  it("takes a hyphen within a word for a space", () => {
    expect(find({ query: "durable-execution" })).toContain(id(1));
  });

  it("can be switched off", () => {
    expect(find({ query: '"execution durable"', advancedSyntax: "false" })).toContain(id(1));
    expect(find({ query: "recipe -server", advancedSyntax: "false" })).toEqual([
      id(3),
      id(4),
      id(3, 2),
    ]);
  });
});

describe("order", () => {
  it("is by closeness of the words, then attribute, then points", () => {
    expect(find({ query: "durable execution" })).toEqual([id(1), id(2), id(1, 1)]);
    expect(find({ query: "recipe server", tags: "story" })).toEqual([id(3), id(4)]);
    expect(find({ query: "durable execution", minProximity: "4" })).toEqual([
      id(2),
      id(1),
      id(1, 1),
    ]);
  });

  it("puts a title before a text, a text before a URL, a URL before an author", () => {
    expect(find({ query: "marzipan" })).toEqual([id(2), id(3)]);
    expect(find({ query: "execution" })).toEqual([id(2), id(1), id(2, 1), id(1, 1)]);
  });

  it("breaks a tie of points by comments", () => {
    expect(find({ query: "recipe" })).toEqual([id(3), id(4), id(3, 2)]);
  });

  it("by date is newest first whatever matches better", () => {
    expect(find({ query: "durable execution" }, "date")).toEqual([id(2), id(1, 1), id(1)]);
  });
});

describe("filters", () => {
  it("join tags by AND, and by OR within brackets", () => {
    expect(find({ tags: "story" })).toHaveLength(4);
    expect(find({ tags: "story,author_eve_yew" })).toEqual([id(2), id(4)]);
    expect(find({ tags: "(ask_hn,show_hn)" })).toEqual([id(2), id(3)]);
    expect(find({ tags: "comment,(author_ann_oak,author_bob_elm)" })).toEqual([id(2, 1), id(1, 1)]);
    expect(find({ tags: "story,-ask_hn,-show_hn" })).toEqual([id(4), id(1)]);
  });

  it("know a story and its comments by story_ID", () => {
    expect(find({ tags: `story_${id(2)}` })).toEqual([id(2), id(2, 1)]);
    expect(find({ tags: `comment,story_${id(2)}` })).toEqual([id(2, 1)]);
  });

  it("compare numbers; a comment has no points and matches none", () => {
    const year2022 = Date.UTC(2022, 0) / 1000;
    expect(find({ numericFilters: "points>=120" })).toEqual([id(2), id(3), id(4)]);
    expect(find({ numericFilters: "points>=0" })).toHaveLength(4);
    expect(find({ numericFilters: "points=120,num_comments>0" })).toEqual([id(3)]);
    expect(find({ numericFilters: "num_comments=3" })).toEqual([id(1)]);
    expect(find({ numericFilters: `created_at_i<${year2022}`, tags: "story" })).toEqual([id(1)]);
    expect(find({ numericFilters: "(points<60,points>150)" })).toEqual([id(2), id(1)]);
  });

  it.each(["karma>5", "points", "points>>5", "points>many", "(points>5"])(
    "refuse %j with a message that quotes it",
    (numericFilters) => {
      expect(() => find({ numericFilters })).toThrow(BadRequestError);
      expect(() => find({ numericFilters })).toThrow(/numericFilters/u);
    },
  );
});
