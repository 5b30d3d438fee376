import { type Context, type StepOptions, TerminalError, workflow } from "../index.ts";
import { endpointOf } from "./configuration.ts";
import { type Evidence, evidenceOf, mergeEvidence } from "./evidence.ts";
import { searchHn, type SearchRequest, type SearchResult } from "./hn/search.ts";
import { type Candidate, selectThreads } from "./hn/select-threads.ts";
import { readThread } from "./hn/thread.ts";
import { type Corpus, type SearchQueryInput, searchQueryInput } from "./input.ts";
import { MeteredModel } from "./metered-model.ts";
import type { OpenModel } from "./model/open-model.ts";
import type { Tokens } from "./model/port.ts";
import { messageOf, partSettled } from "./settled.ts";

/** Threads read for one query at most. */
export const THREADS_PER_QUERY = 6;
/** Threads read at a time: Hacker News' search allows an address 10,000 requests an hour. */
const READING = 4;
/** Hits of one search, of which the threads are chosen. */
const HITS = 30;

const RETRY: StepOptions["retry"] = { attempts: 6, delay: "1s", factor: 2.5, maxDelay: "1m" };
const SEARCH: StepOptions = { timeout: "20s", retry: RETRY };
/** A thread of 4,759 comments took 41 seconds (dogsheep/hacker-news-to-sqlite#3). */
const READ: StepOptions = { timeout: "1m", retry: RETRY };

/** A thread that was found and could not be read. */
export interface UnreadThread extends Candidate {
  readonly reason: string;
  /** Whether it may be there all the same: reading it failed, as against finding it gone. */
  readonly failed: boolean;
}

/** What one query brought. */
export interface QueryResult {
  /** Stories and comments that have all its words, as far as the searches tell. */
  readonly hits: number;
  readonly evidence: Evidence;
  readonly unread: readonly UnreadThread[];
  /** Findings dropped because they cited a sentence that the thread does not have. */
  readonly dropped: number;
  readonly tokens: Tokens;
}

type ThreadResult =
  | { readonly kind: "read"; readonly evidence: Evidence; readonly dropped: number }
  | { readonly kind: "missing" };

/**
 * Makes the workflow `search-query`: searches Hacker News for one query, reads the best threads and
 * notes what they say. A thread that cannot be read is reported in the result; when none can be, or
 * a search fails, the run fails.
 */
export const createSearchQuery = (open: OpenModel) =>
  workflow(
    "search-query",
    { input: searchQueryInput },
    async (ctx, input): Promise<QueryResult> => {
      const metered = new MeteredModel(() => open(input.model));
      const { query, corpus } = input;
      const searches = await ctx.parallel("search", {
        stories: (branch) => search(branch, corpus, { query, kind: "story", order: "relevance" }),
        comments: (branch) =>
          search(branch, corpus, { query, kind: "comment", order: "relevance" }),
        "new-stories": (branch) => search(branch, corpus, { query, kind: "story", order: "date" }),
        "new-comments": (branch) =>
          search(branch, corpus, { query, kind: "comment", order: "date" }),
      });
      const candidates = selectThreads(
        Object.values(searches).map(({ hits }) => hits),
        { exclude: new Set(input.exclude), limit: THREADS_PER_QUERY },
      );
      const results = await ctx.map(
        "threads",
        candidates,
        { concurrency: READING, tolerate: candidates.length },
        (branch, candidate) => digest(branch, input, candidate, metered),
      );
      const { done, failed } = partSettled(candidates, results);
      const [first] = failed;
      if (first && done.length === 0) {
        throw new TerminalError(
          `query "${query}": none of ${failed.length} threads could be used: ${messageOf(first.error)}`,
          { cause: first.error, details: { tokens: metered.total() } },
        );
      }
      const read = done.flatMap(({ value }) => (value.kind === "read" ? [value] : []));
      const missing = done.flatMap(({ value, item }) => (value.kind === "missing" ? [item] : []));
      return {
        hits: searches.stories.total + searches.comments.total,
        evidence: mergeEvidence(read.map(({ evidence }) => evidence)),
        unread: [
          ...missing.map((item) => ({ ...item, reason: "it is gone (404)", failed: false })),
          ...failed.map(({ item, error }) => ({ ...item, reason: messageOf(error), failed: true })),
        ],
        dropped: read.reduce((sum, one) => sum + one.dropped, 0),
        tokens: metered.total(),
      };
    },
  );

/** The workflow of one query. */
export type SearchQuery = ReturnType<typeof createSearchQuery>;

/** One search as a step: one request, under the step's own idempotency key. */
export const search = (
  ctx: Context,
  corpus: Corpus,
  request: Omit<SearchRequest, "limit">,
): Promise<SearchResult> =>
  ctx.step(`${request.kind}-by-${request.order}`, SEARCH, (step) =>
    searchHn(endpointOf(corpus), { ...request, limit: HITS }, step),
  );

async function digest(
  ctx: Context,
  { topic, query, facets, corpus }: SearchQueryInput,
  { story }: Candidate,
  metered: MeteredModel,
): Promise<ThreadResult> {
  const queries = [query, ...facets];
  const thread = await ctx.step(`read-${story}`, READ, (step) =>
    readThread(endpointOf(corpus), story, [topic, ...queries].join(" "), step),
  );
  if (thread === undefined) return { kind: "missing" };
  const findings = await metered.ask(ctx, `extract-${story}`, (reader, call) =>
    reader.extract({ topic, queries, thread }, call),
  );
  const evidence = evidenceOf(thread, findings);
  return { kind: "read", evidence, dropped: findings.length - evidence.findings.length };
}
