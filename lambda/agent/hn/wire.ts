import * as z from "zod";

/**
 * What is read of a search hit ("HN Search API", algolia/hn-search). Everything else passes through
 * unread, since the index gains fields without notice. Comments have `points` null.
 */
export const wireSearch = z.looseObject({
  nbHits: z.number(),
  hits: z.array(
    z.looseObject({
      objectID: z.string(),
      author: z.string().nullish(),
      created_at_i: z.number(),
      title: z.string().nullish(),
      url: z.string().nullish(),
      story_text: z.string().nullish(),
      points: z.number().nullish(),
      num_comments: z.number().nullish(),
      comment_text: z.string().nullish(),
      story_id: z.number().nullish(),
      story_title: z.string().nullish(),
      story_url: z.string().nullish(),
    }),
  ),
});

/** What is read of `/items/:id`: a tree whose deleted nodes keep nothing but id and children. */
export const wireItem = z.looseObject({
  id: z.number(),
  type: z.string().nullish(),
  author: z.string().nullish(),
  created_at_i: z.number().nullish(),
  title: z.string().nullish(),
  url: z.string().nullish(),
  text: z.string().nullish(),
  points: z.number().nullish(),
  get children() {
    return z.array(wireItem).nullish();
  },
});

/** One hit of a search as the API sends it. */
export type WireHit = z.output<typeof wireSearch>["hits"][number];
/** One node of a thread as the API sends it. */
export type WireItem = z.output<typeof wireItem>;
