import { type Context, SavepointError, TerminalError } from "../index.ts";
import { askModel, type TokenMeter } from "./ask-model.ts";
import { type Evidence, mergeEvidence, NO_EVIDENCE } from "./evidence.ts";
import type { ParsedResearchInput } from "./input.ts";
import type { Assessment, Tokens } from "./model/port.ts";
import { QueryQueue, queryName, type StopReason, stopReason } from "./rounds.ts";
import type { Start } from "./scout.ts";
import { type QueryResult, searchQuery, type UnreadThread } from "./search-query.ts";
import { messageOf, partSettled } from "./settled.ts";

/** A query that was searched. */
export interface SearchedQuery {
  readonly query: string;
  readonly hits: number;
  /** Sentences it brought that no earlier query had. */
  readonly newQuotes: number;
  /** Why it failed; null when it did not. */
  readonly failure: string | null;
}

/** What all rounds together brought. */
export interface Searched {
  readonly evidence: Evidence;
  readonly queries: readonly SearchedQuery[];
  readonly unread: readonly UnreadThread[];
  /** Queries planned and not searched when the run stopped. */
  readonly pending: readonly string[];
  /** What the model says is still not answered. */
  readonly missing: readonly string[];
  readonly iterations: number;
  readonly stopReason: StopReason;
  /** Findings dropped because they cited a sentence their thread does not have. */
  readonly dropped: number;
}

/** Queries of a round that run at a time. */
const SIDE_BY_SIDE = 4;

/**
 * Searches in rounds until {@link stopReason} says stop: each new query is a child run, then the model
 * assesses what there is and names the queries of the next round.
 * @throws TerminalError when every query of a round failed, or some did and nothing was found; with
 * `details.tokens` used so far
 */
export async function searchInRounds(
  ctx: Context,
  input: ParsedResearchInput,
  start: Start,
  meter: TokenMeter,
): Promise<Searched> {
  const { topic, model, maxIterations } = input;
  const queue = new QueryQueue();
  queue.propose(start.plan.queries);
  const queries: SearchedQuery[] = [];
  const unread = new Map<number, UnreadThread>();
  let evidence = NO_EVIDENCE;
  let dropped = 0;
  for (let iteration = 1; ; iteration += 1) {
    const before = evidence.quotes.length;
    const round = queue.next();
    for (const one of await searchRound(ctx, { input, start, evidence, round, iteration }, meter)) {
      const merged = mergeEvidence([evidence, one.result?.evidence ?? NO_EVIDENCE]);
      queries.push({
        query: one.query,
        hits: one.result?.hits ?? 0,
        newQuotes: merged.quotes.length - evidence.quotes.length,
        failure: one.failure,
      });
      evidence = merged;
      dropped += one.result?.dropped ?? 0;
      for (const thread of one.result?.unread ?? []) unread.set(thread.story, thread);
    }
    const newQuotes = evidence.quotes.length - before;
    const facts = {
      iteration,
      maxIterations,
      tried: queries.map(({ query }) => query),
      deadEnds: queries
        .slice(-round.length)
        .flatMap((one) => (one.hits === 0 && one.failure === null ? one.query : [])),
      newQuotes,
    };
    const known = evidence;
    const asking = { model, meter, step: `assess-${iteration}` };
    const { enough, next, missing }: Assessment = await askModel(ctx, asking, (judge, call) =>
      judge.assess({ topic, evidence: known, round: facts }, call),
    );
    queue.propose(next);
    const { pending } = queue;
    const totalQuotes = evidence.quotes.length;
    const end = {
      iteration,
      maxIterations,
      newQuotes,
      totalQuotes,
      enough,
      pending: pending.length,
    };
    const stop = stopReason(end);
    ctx.log.info("searched a round", { ...end, queries: round, stop });
    if (stop === undefined) continue;
    for (const { id } of evidence.threads) unread.delete(id);
    if (totalQuotes === 0) assertNothingFailed(queries, [...unread.values()], meter);
    return {
      evidence,
      queries,
      unread: [...unread.values()],
      pending,
      missing,
      iterations: iteration,
      stopReason: stop,
      dropped,
    };
  }
}

/** Finding nothing is a result only when everything could be looked at. */
function assertNothingFailed(
  queries: readonly SearchedQuery[],
  unread: readonly UnreadThread[],
  meter: TokenMeter,
): void {
  const failures = [
    ...queries.flatMap(({ failure }) => failure ?? []),
    ...unread.flatMap(({ failed, reason }) => (failed ? reason : [])),
  ];
  const [first] = failures;
  if (first === undefined) return;
  throw new TerminalError(
    `nothing was found, but ${failures.length} searches or threads failed, the first with: ${first}; start the run again`,
    { details: { tokens: meter.total() } },
  );
}

interface Round {
  readonly input: ParsedResearchInput;
  readonly start: Start;
  readonly evidence: Evidence;
  readonly round: readonly string[];
  readonly iteration: number;
}

interface QueryEnd {
  readonly query: string;
  readonly result: QueryResult | null;
  readonly failure: string | null;
}

/** Runs the queries of a round, each as a child run. Their ends come in the order of the queries. */
async function searchRound(
  ctx: Context,
  { input, start, evidence, round, iteration }: Round,
  meter: TokenMeter,
): Promise<QueryEnd[]> {
  const { topic, model, corpus } = input;
  const read = evidence.threads.map(({ id }) => id);
  const results = await ctx.map(
    `round-${iteration}`,
    round,
    { concurrency: SIDE_BY_SIDE, tolerate: round.length },
    (branch, query, index) => {
      // The topic's own query comes first and reads what the first look found; the others look elsewhere.
      const reserved = iteration > 1 || index === 0 ? [] : start.reserved;
      const exclude = [...new Set([...read, ...reserved.map(({ story }) => story)])];
      return branch.run(
        searchQuery,
        { topic, query, facets: round.filter((other) => other !== query), model, corpus, exclude },
        { key: queryName(query) },
      );
    },
  );
  const { done, failed } = partSettled(round, results);
  for (const { value } of done) meter.add(value.tokens);
  for (const { error } of failed) meter.add(tokensIn(error));
  const [first] = failed;
  if (first && done.length === 0) {
    throw new TerminalError(
      `no query of round ${iteration} could be searched: ${messageOf(first.error)}`,
      { cause: first.error, details: { tokens: meter.total() } },
    );
  }
  const ends = new Map<string, QueryEnd>([
    ...done.map(
      ({ item: query, value: result }) => [query, { query, result, failure: null }] as const,
    ),
    ...failed.map(({ item: query, error }) => {
      return [query, { query, result: null, failure: messageOf(error) }] as const;
    }),
  ]);
  return round.flatMap((query) => ends.get(query) ?? []);
}

/** What a failed query had used, as its error tells. */
function tokensIn(error: unknown): Tokens {
  const details = error instanceof SavepointError ? error.details : undefined;
  const { tokens } = (details ?? {}) as { tokens?: Partial<Tokens> };
  return { input: tokens?.input ?? 0, output: tokens?.output ?? 0 };
}
