/**
 * The sample corpus: invented stories and discussions in the manner of Hacker News, so that the
 * research app can be tried and tested without a network. Nobody in it exists, no text is copied,
 * links lead to the reserved domain `.example` (RFC 2606), and every id is at least
 * 9,000,000,000,001, far beyond any real item.
 *
 * `corpus/` holds one text file per topic. A file is a list of stories, each with its thread:
 *
 *     === 12 2023-04-12T09:14Z some_author 312 https://site.example/post
 *     The title
 *
 *     The text of an Ask HN or Show HN, if any (the URL of a text post is "-").
 *
 *     @ another_author +14m
 *     An answer to the story, fourteen minutes after it (m, h and d are understood).
 *
 *     @@ third_author +2h
 *     > An answer to
 *
 *     the answer above: one "@" per level, six at most.
 *
 *     @ [deleted] +3h
 *
 * Texts are written as their authors would type them into Hacker News, see `markup.ts`. `[deleted]`
 * and `[dead]` comments have no text but may have answers. A header that ends in `hostile` marks a
 * text that tries to take over a program reading it.
 *
 * Ids follow from the story's number (`12` above) and the comment's place in its thread. So links to
 * items stay valid as long as numbers are not reused and comments are only added to the end of a
 * thread.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseTopic } from "./corpus-source.ts";
import { type Comment, descendants, type Item, type Story } from "./item.ts";

const FOLDER = new URL("corpus/", import.meta.url);

/** The items of a corpus. */
export interface Corpus {
  /** In the order of their ids. */
  readonly stories: readonly Story[];
  /** All comments, deleted ones included, thread by thread. */
  readonly comments: readonly Comment[];
  readonly items: ReadonlyMap<number, Item>;
}

/**
 * Reads the whole sample corpus from `corpus/`.
 *
 * @throws Error when a file cannot be read or holds a mistake; the message names topic and line.
 */
export function loadCorpus(): Corpus {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));
  return corpusOf(
    files.flatMap((name) => {
      return parseTopic(name.replace(/\.txt$/u, ""), readFileSync(new URL(name, FOLDER), "utf8"));
    }),
  );
}

/**
 * Puts stories and their threads together as a corpus.
 *
 * @throws Error when two items have the same id.
 */
export function corpusOf(unordered: readonly Story[]): Corpus {
  const stories = unordered.toSorted((a, b) => a.id - b.id);
  const comments = stories.flatMap((story) => [...descendants(story)]);
  const items = new Map<number, Item>();
  for (const item of [...stories, ...comments]) {
    if (items.has(item.id)) {
      throw new Error(`Two items of the corpus have the id ${item.id}: use a story number once.`);
    }
    items.set(item.id, item);
  }
  return { stories, comments, items };
}
