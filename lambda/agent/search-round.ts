import { type Context, SavepointError, TerminalError } from "../index.ts";
import type { ParsedResearchInput } from "./input.ts";
import type { MeteredModel } from "./metered-model.ts";
import type { Tokens } from "./model/port.ts";
import { queryName } from "./rounds.ts";
import type { QueryResult, SearchQuery } from "./search-query.ts";
import { messageOf, partSettled } from "./settled.ts";

/** One round of searching. */
export interface Round {
  readonly input: ParsedResearchInput;
  /** From 1. */
  readonly iteration: number;
  readonly queries: readonly string[];
  /** Stories that were read before. */
  readonly read: readonly number[];
  /** Stories left to the round's first query. */
  readonly reserved: readonly number[];
}

/** What searches: the run's model, and the workflow of a query. */
export interface SearchParts {
  readonly metered: MeteredModel;
  readonly searchQuery: SearchQuery;
}

/** How the run of one query ended. */
export interface QueryEnd {
  readonly query: string;
  /** Null when it failed. */
  readonly result: QueryResult | null;
  /** Why it failed; null when it did not. */
  readonly failure: string | null;
}

/** Queries of a round that run at a time. */
const SIDE_BY_SIDE = 4;

/**
 * Runs the queries of a round, each as a child run.
 * @returns how they ended, in the order of the queries
 * @throws TerminalError when every one failed, with `details.tokens` used so far
 */
export async function searchRound(
  ctx: Context,
  { input, iteration, queries, read, reserved }: Round,
  { metered, searchQuery }: SearchParts,
): Promise<QueryEnd[]> {
  const { topic, model, corpus } = input;
  const results = await ctx.map(
    `round-${iteration}`,
    queries,
    { concurrency: SIDE_BY_SIDE, tolerate: queries.length },
    (branch, query, index) => {
      const facets = queries.filter((other) => other !== query);
      const exclude = [...new Set([...read, ...(index === 0 ? [] : reserved)])];
      const child = { topic, query, facets, model, corpus, exclude };
      return branch.run(searchQuery, child, { key: queryName(query) });
    },
  );
  const { done, failed } = partSettled(queries, results);
  for (const { value } of done) metered.add(value.tokens);
  for (const { error } of failed) metered.add(tokensIn(error));
  const [first] = failed;
  if (first && done.length === 0) {
    throw new TerminalError(
      `no query of round ${iteration} could be searched: ${messageOf(first.error)}`,
      { cause: first.error, details: { tokens: metered.total() } },
    );
  }
  const ends = [
    ...done.map(({ item, value }) => ({ query: item, result: value, failure: null })),
    ...failed.map(({ item, error }) => ({ query: item, result: null, failure: messageOf(error) })),
  ];
  return ends.toSorted((a, b) => queries.indexOf(a.query) - queries.indexOf(b.query));
}

/** What a failed query had used, as its error tells. */
function tokensIn(error: unknown): Tokens {
  const details = error instanceof SavepointError ? error.details : undefined;
  const { tokens } = (details ?? {}) as { tokens?: Partial<Tokens> };
  return { input: tokens?.input ?? 0, output: tokens?.output ?? 0 };
}
