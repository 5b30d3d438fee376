import type { Endpoint } from "../configuration.ts";
import { isInstruction, withoutInvisible } from "../text/hostile.ts";
import { paragraphsOf } from "../text/plain-text.ts";
import { sentencesOf } from "../text/sentences.ts";
import { overlap, stemsOf } from "../text/words.ts";
import { getJson, type RequestScope } from "./client.ts";
import { assertInCorpus } from "./item-ids.ts";
import { type WireItem, wireItem } from "./wire.ts";

/** A story's text or a comment, its sentences in order; sentence `n` has the id `<post>.<n>`, n from 1. */
export interface Post {
  readonly id: number;
  readonly author: string;
  /** Seconds since the epoch. */
  readonly at: number;
  /** The item it answers; null for the story's own text. */
  readonly parent: number | null;
  readonly sentences: readonly string[];
}

/** A story and what was read of its discussion. */
export interface Thread {
  readonly id: number;
  readonly title: string;
  readonly url: string | null;
  readonly author: string;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly points: number | null;
  /** Comments in all, deleted ones left out. */
  readonly comments: number;
  /** In the order of the thread. */
  readonly posts: readonly Post[];
  /** Posts left out because the thread was too long. */
  readonly omitted: number;
  /** Posts left out because they instruct programs instead of people. */
  readonly hostile: number;
}

/** Longest text of one post that is read, characters; the longest of 9,870 real ones had 10,900. */
const POST_CHARACTERS = 4_000;
/** Text kept of a thread, characters: about 10,000 tokens, and 15 KB compressed in the step's record. */
const THREAD_CHARACTERS = 40_000;
const THREAD_POSTS = 150;

/**
 * Reads a whole thread and keeps what bears on `focus`: posts that share words with it come first
 * when the thread is too long to keep, then the order of the thread.
 * @param id a story's
 * @param focus words of topic and query
 * @returns undefined when there is no such item
 * @throws what {@link getJson} throws; TerminalError when the item is of another corpus
 */
export async function readThread(
  endpoint: Endpoint,
  id: number,
  focus: string,
  scope: RequestScope,
): Promise<Thread | undefined> {
  const item = await getJson(endpoint, `/items/${id}`, wireItem, scope);
  if (item === undefined) return undefined;
  assertInCorpus(item.id, endpoint.corpus);
  return threadOf(item, focus);
}

/** The thread in an item of the API; see {@link readThread}. */
export function threadOf(item: WireItem, focus: string): Thread {
  const all = [...postsOf(item, null)];
  const honest = all.filter(({ paragraphs }) => !paragraphs.some(isInstruction));
  const kept = fitting(honest.map(numbered), stemsOf(focus));
  return {
    id: item.id,
    title: withoutInvisible(item.title ?? `Item ${item.id}`),
    url: item.url ?? null,
    author: item.author ?? "[deleted]",
    at: item.created_at_i ?? 0,
    points: item.points ?? null,
    comments: all.filter(({ parent }) => parent !== null).length,
    posts: kept,
    omitted: honest.length - kept.length,
    hostile: all.length - honest.length,
  };
}

interface RawPost extends Omit<Post, "sentences"> {
  readonly paragraphs: readonly string[];
}

/** Everything of a tree that has an author and a text, parents first. Deleted items have neither. */
function* postsOf(item: WireItem, parent: number | null): Generator<RawPost> {
  const paragraphs = paragraphsOf(item.text ?? "");
  if (item.author && paragraphs.length > 0) {
    yield { id: item.id, author: item.author, at: item.created_at_i ?? 0, parent, paragraphs };
  }
  for (const child of item.children ?? []) yield* postsOf(child, item.id);
}

function numbered({ paragraphs, ...post }: RawPost): Post {
  const sentences: string[] = [];
  let room = POST_CHARACTERS;
  for (const sentence of paragraphs.flatMap(sentencesOf)) {
    room -= sentence.length;
    if (room < 0) break;
    sentences.push(sentence);
  }
  return { ...post, sentences };
}

function fitting(posts: readonly Post[], focus: ReadonlySet<string>): Post[] {
  const ranked = posts
    .map((post, place) => ({
      place,
      post,
      shared: overlap(focus, stemsOf(post.sentences.join(" "))),
    }))
    .toSorted((a, b) => b.shared - a.shared || a.place - b.place);
  const kept: typeof ranked = [];
  let room = THREAD_CHARACTERS;
  for (const one of ranked.slice(0, THREAD_POSTS)) {
    room -= one.post.sentences.join(" ").length;
    if (room < 0) break;
    kept.push(one);
  }
  return kept.toSorted((a, b) => a.place - b.place).map(({ post }) => post);
}
