import type { Corpus } from "./corpus.ts";
import { isLive, type Item, wrappedBlocks } from "./item.ts";

/** An item with everything below it, as `/items/:id` returns it. */
export interface ItemReply {
  readonly id: number;
  /** With milliseconds, other than in a search hit. */
  readonly created_at: string;
  readonly created_at_i: number;
  readonly type: "story" | "comment";
  /** Null for a deleted or killed comment, like `text`. */
  readonly author: string | null;
  readonly title: string | null;
  readonly url: string | null;
  readonly text: string | null;
  /** Null for every comment. */
  readonly points: number | null;
  readonly parent_id: number | null;
  readonly story_id: number;
  readonly options: readonly never[];
  readonly children: readonly ItemReply[];
}

/** An author, as `/users/:name` returns it. */
export interface UserReply {
  readonly username: string;
  readonly about: string;
  readonly karma: number;
}

/** Renders an item and the whole thread below it; there is no paging. */
export function renderItem(item: Item): ItemReply {
  const story = item.kind === "story";
  return {
    id: item.id,
    created_at: new Date(item.createdAt * 1000).toISOString(),
    created_at_i: item.createdAt,
    type: item.kind,
    author: item.author ?? null,
    title: story ? item.title : null,
    url: story ? (item.url ?? null) : null,
    text: isLive(item) ? wrappedBlocks(item.blocks) : null,
    points: story ? item.points : null,
    parent_id: story ? null : item.parent.id,
    story_id: story ? item.id : item.story.id,
    options: [],
    children: item.children.map(renderItem),
  };
}

/** Renders an author: karma is a point per comment and those of the stories; undefined if unknown. */
export function renderUser(corpus: Corpus, username: string): UserReply | undefined {
  const stories = corpus.stories.filter(({ author }) => author === username);
  const comments = corpus.comments.filter(({ author }) => author === username);
  if (stories.length + comments.length === 0) {
    return undefined;
  }
  const karma = comments.length + stories.reduce((total, { points }) => total + points, 0);
  return { username, about: "An invented author of the sample corpus.", karma };
}
