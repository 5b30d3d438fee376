/** Seconds since the Unix epoch, the unit of Hacker News. */
export type EpochSeconds = number;

/** A story of the sample corpus: a link, an Ask HN or a Show HN. */
export interface Story {
  readonly kind: "story";
  /** At least {@link FIRST_SAMPLE_ID}. */
  readonly id: number;
  /** Name of the corpus file that holds it. */
  readonly topic: string;
  readonly title: string;
  /** Absent for a text post. */
  readonly url: string | undefined;
  /** HTML blocks of a text post; empty for a link. */
  readonly blocks: readonly string[];
  readonly author: string;
  readonly points: number;
  readonly createdAt: EpochSeconds;
  readonly children: Comment[];
}

/** A comment of the sample corpus. */
export interface Comment {
  readonly kind: "comment";
  readonly id: number;
  readonly story: Story;
  readonly parent: Story | Comment;
  /** 1 for an answer to the story itself. */
  readonly depth: number;
  /** Absent when the comment was deleted or killed. */
  readonly author: string | undefined;
  /** HTML blocks in the subset that Hacker News renders; empty when deleted or killed. */
  readonly blocks: readonly string[];
  readonly createdAt: EpochSeconds;
  /** True for a text written to take over a program that reads it. Never shown to clients. */
  readonly hostile: boolean;
  readonly children: Comment[];
}

/** Anything that has an id in the sample corpus. */
export type Item = Story | Comment;

/**
 * Ids of the sample corpus start here, about 200,000 times past the newest item of the real site
 * (about 45 million in 2025), so that no invented text can pass for a real item.
 */
export const FIRST_SAMPLE_ID = 9_000_000_000_001;

/** True when the item still has its author and text; only such items can be found by a search. */
export function isLive(item: Item): boolean {
  return item.author !== undefined;
}

/** Every comment below `item`, parents before their answers, in the order of the corpus. */
export function* descendants(item: Item): Generator<Comment> {
  for (const child of item.children) {
    yield child;
    yield* descendants(child);
  }
}

/** The HTML of a text as search hits and the Firebase API carry it: blocks divided by `<p>`. */
export function joinedBlocks(blocks: readonly string[]): string {
  return blocks.join("<p>");
}

/** The HTML of a text as `/items/:id` carries it: each block wrapped in `<p>…</p>`, code not. */
export function wrappedBlocks(blocks: readonly string[]): string {
  return blocks.map((block) => (block.startsWith("<pre>") ? block : `<p>${block}</p>`)).join("");
}
