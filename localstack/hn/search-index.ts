import { type Comment, descendants, isLive, type Item, joinedBlocks, type Story } from "./item.ts";
import { tokenize } from "./tokens.ts";
import { typosBetween } from "./typos.ts";

/**
 * Attributes that are searched, best first: a match in the title outranks one in a text
 * (`attributesToIndex` in algolia/hn-search, models/item.rb).
 */
export const SEARCHABLE = ["title", "story_text", "comment_text", "url", "author"] as const;

/** The name of a searched attribute. */
export type Attribute = (typeof SEARCHABLE)[number];

/** What the index knows of an item besides its words. */
export interface Entry {
  readonly item: Story | Comment;
  /** `story`, `comment`, `ask_hn`, `show_hn`, `author_NAME`, `story_ID`. */
  readonly tags: readonly string[];
  /** Live comments below a story; undefined for a comment. */
  readonly commentCount: number | undefined;
  /** Seconds: the item's own time, for a story that of its newest comment. */
  readonly updatedAt: number;
}

/** Where a query word occurs in one attribute of one entry. */
export interface Occurrence {
  readonly attribute: Attribute;
  readonly typos: number;
  /** Positions of the word, counted in words. */
  readonly positions: readonly number[];
}

/** How a query word is compared with the indexed ones. */
export interface WordQuery {
  readonly word: string;
  /** Whether the word may be the beginning of a longer one. */
  readonly prefix: boolean;
  /** Edits forgiven. */
  readonly allowedTypos: number;
}

interface Posting {
  readonly entry: Entry;
  readonly attribute: Attribute;
  readonly positions: number[];
}

/** An inverted index over the live items of a corpus. */
export class SearchIndex {
  readonly entries: readonly Entry[];
  readonly #postings = new Map<string, Posting[]>();

  /** @param stories Stories with their threads; deleted and dead comments are left out. */
  constructor(stories: readonly Story[]) {
    this.entries = stories
      .flatMap((story): Item[] => [story, ...descendants(story)])
      .filter(isLive)
      .map(entryOf);
    for (const entry of this.entries) {
      for (const attribute of SEARCHABLE) {
        this.#add(entry, attribute);
      }
    }
  }

  /** Finds every entry that has the word, with its occurrences. */
  find(query: WordQuery): Map<Entry, Occurrence[]> {
    const found = new Map<Entry, Occurrence[]>();
    for (const [indexed, postings] of this.#postings) {
      const typos = typosBetween(query.word, indexed, query.prefix, query.allowedTypos);
      if (typos === undefined) {
        continue;
      }
      for (const { entry, attribute, positions } of postings) {
        const occurrences = found.get(entry) ?? [];
        occurrences.push({ attribute, typos, positions });
        found.set(entry, occurrences);
      }
    }
    return found;
  }

  #add(entry: Entry, attribute: Attribute): void {
    for (const [position, { word }] of tokenize(attributeText(entry.item, attribute)).entries()) {
      const postings = this.#postings.get(word) ?? [];
      const last = postings.at(-1);
      if (last?.entry === entry && last.attribute === attribute) {
        last.positions.push(position);
      } else {
        postings.push({ entry, attribute, positions: [position] });
      }
      this.#postings.set(word, postings);
    }
  }
}

/** The text (HTML for the two texts) that an attribute of an item holds, empty when it has none. */
export function attributeText(item: Item, attribute: Attribute): string {
  if (attribute === "author") {
    return item.author ?? "";
  }
  if (item.kind === "comment") {
    return attribute === "comment_text" ? joinedBlocks(item.blocks) : "";
  }
  const texts = { title: item.title, story_text: joinedBlocks(item.blocks), url: item.url ?? "" };
  return attribute === "comment_text" ? "" : texts[attribute];
}

function entryOf(item: Item): Entry {
  if (item.kind === "comment") {
    const tags = ["comment", `author_${item.author ?? ""}`, `story_${item.story.id}`];
    return { item, tags, commentCount: undefined, updatedAt: item.createdAt };
  }
  const comments = [...descendants(item)].filter(isLive);
  const tags = ["story", `author_${item.author}`, `story_${item.id}`];
  if (/^ask hn\b/iu.test(item.title)) {
    tags.push("ask_hn");
  }
  if (/^show hn\b/iu.test(item.title)) {
    tags.push("show_hn");
  }
  const updatedAt = Math.max(item.createdAt, ...comments.map((comment) => comment.createdAt));
  return { item, tags, commentCount: comments.length, updatedAt };
}
