import { joinedBlocks } from "./item.ts";
import type { Entry } from "./search-index.ts";
import type { QueryWord, SearchRequest } from "./search-request.ts";
import { tokenize } from "./tokens.ts";
import { typosBetween } from "./typos.ts";

/** A hit as the search endpoints return it; the fields depend on story or comment. */
export type Hit = Readonly<Record<string, unknown>>;

/** How an attribute of a hit matches the query, as in `_highlightResult`. */
export interface Highlight {
  /** The attribute with each match in `<em>…</em>`. */
  readonly value: string;
  /** Whether none, some or all of the query's words occur in it. */
  readonly matchLevel: "none" | "partial" | "full";
  readonly matchedWords: readonly string[];
  /** Whether nothing but matches is in it; absent without a match. */
  readonly fullyHighlighted?: boolean;
}

const HIGHLIGHTED = [
  "title",
  "story_text",
  "comment_text",
  "url",
  "story_url",
  "author",
  "story_title",
];

/** Renders an entry as a hit: `created_at` without milliseconds, `objectID` a string, no nulls but `points`. */
export function renderHit(entry: Entry, request: SearchRequest): Hit {
  const { item } = entry;
  const attributes: Record<string, unknown> = {
    ...(item.kind === "story"
      ? {
          title: item.title,
          ...(item.url === undefined ? {} : { url: item.url }),
          ...(item.blocks.length === 0 ? {} : { story_text: joinedBlocks(item.blocks) }),
          points: item.points,
          num_comments: entry.commentCount,
          story_id: item.id,
        }
      : {
          comment_text: joinedBlocks(item.blocks),
          points: null,
          parent_id: item.parent.id,
          story_id: item.story.id,
          story_title: item.story.title,
          ...(item.story.url === undefined ? {} : { story_url: item.story.url }),
        }),
    author: item.author,
    children: item.children.map(({ id }) => id),
    created_at: dateText(item.createdAt),
    created_at_i: item.createdAt,
    updated_at: dateText(entry.updatedAt),
  };
  const highlights = HIGHLIGHTED.filter(
    (name) => request.highlight?.includes(name) ?? true,
  ).flatMap((name) => {
    const value = attributes[name];
    return typeof value === "string" ? [[name, highlight(value, request.words)] as const] : [];
  });
  return {
    objectID: String(item.id),
    ...pick({ ...attributes, _tags: entry.tags }, request.retrieve),
    _highlightResult: Object.fromEntries(highlights),
  };
}

/** Marks the query's words in a text, which may be HTML: its tags and entities stay as they are. */
export function highlight(text: string, words: readonly QueryWord[]): Highlight {
  const matched = new Set<string>();
  const parts: string[] = [];
  let copied = 0;
  let misses = 0;
  for (const { word, start, end } of tokenize(text)) {
    const hit = words.find((wanted) => isMatch(wanted, word));
    if (hit === undefined) {
      misses += 1;
      continue;
    }
    matched.add(hit.word);
    const to = word.startsWith(hit.word) ? start + hit.word.length : end;
    parts.push(text.slice(copied, start), "<em>", text.slice(start, to), "</em>");
    copied = to;
  }
  const value = parts.join("") + text.slice(copied);
  const matchedWords = [...matched];
  if (matchedWords.length === 0) {
    return { value, matchLevel: "none", matchedWords };
  }
  const all = new Set(words.map(({ word }) => word)).size === matchedWords.length;
  return {
    value,
    matchLevel: all ? "full" : "partial",
    fullyHighlighted: misses === 0,
    matchedWords,
  };
}

function isMatch({ word, prefix, allowedTypos }: QueryWord, indexed: string): boolean {
  return typosBetween(word, indexed, prefix, allowedTypos) !== undefined;
}

function pick(hit: Hit, names: readonly string[] | undefined): Hit {
  return names === undefined
    ? hit
    : Object.fromEntries(Object.entries(hit).filter(([name]) => names.includes(name)));
}

function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
