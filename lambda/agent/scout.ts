import type { Context } from "../index.ts";
import { type Candidate, selectThreads } from "./hn/select-threads.ts";
import type { PlanInput } from "./input.ts";
import type { MeteredModel } from "./metered-model.ts";
import type { Landscape, Plan } from "./model/port.ts";
import { search, THREADS_PER_QUERY } from "./search-query.ts";
import { contentWordsOf } from "./text/words.ts";

/** What is known before the first round. */
export interface Start {
  readonly plan: Plan;
  /** Threads that the topic's own query will read, as it seems. */
  readonly reserved: readonly Candidate[];
}

/** Titles and excerpts shown to the model. */
const SHOWN = 15;

/** Takes a first look (two searches for the topic's own words), and lets the model plan. */
export async function scout(
  ctx: Context,
  { topic, corpus }: PlanInput,
  metered: MeteredModel,
): Promise<Start> {
  const query = contentWordsOf(topic).join(" ") || topic;
  const { stories, comments } = await ctx.parallel("scout", {
    stories: (branch) => search(branch, corpus, { query, kind: "story", order: "relevance" }),
    comments: (branch) => search(branch, corpus, { query, kind: "comment", order: "relevance" }),
  });
  const landscape: Landscape = {
    stories: stories.total,
    comments: comments.total,
    titles: stories.hits.slice(0, SHOWN).map(({ title }) => title),
    excerpts: comments.hits.slice(0, SHOWN).map(({ excerpt }) => excerpt),
  };
  const plan = await metered.ask(ctx, "plan", (planner, call) =>
    planner.plan(topic, landscape, call),
  );
  const reserved = selectThreads([stories.hits, comments.hits], {
    exclude: new Set(),
    limit: THREADS_PER_QUERY,
  });
  return { plan, reserved };
}
