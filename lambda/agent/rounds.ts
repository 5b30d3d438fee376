import { contentWordsOf, wordsOf } from "./text/words.ts";

/** Why a run stopped searching. */
export type StopReason = "nothing-new" | "enough" | "no-new-queries" | "max-iterations";

/** Queries searched in one round; what is left waits for the next. */
export const QUERIES_PER_ROUND = 6;
const QUERY_CHARACTERS = 100;

/** How a round ended, as far as it matters for going on. */
export interface RoundEnd {
  readonly iteration: number;
  readonly maxIterations: number;
  /** Sentences that this round added, and all there are. */
  readonly newQuotes: number;
  readonly totalQuotes: number;
  /** Whether the model finds that more searching would add little. */
  readonly enough: boolean;
  /** Queries that wait. */
  readonly pending: number;
}

/**
 * Whether to stop, and why. While nothing at all was found the alternatives are tried, as long
 * as there are any; once something was found, a round that adds nothing is the last.
 */
export function stopReason(end: RoundEnd): StopReason | undefined {
  if (end.totalQuotes > 0 && end.newQuotes === 0) return "nothing-new";
  if (end.totalQuotes > 0 && end.enough) return "enough";
  if (end.pending === 0) return "no-new-queries";
  return end.iteration >= end.maxIterations ? "max-iterations" : undefined;
}

/** The queries of a run: each is handed out once, whoever proposed it and however it was written. */
export class QueryQueue {
  readonly #known = new Set<string>();
  #pending: string[] = [];

  /** Adds those that are new. */
  propose(queries: readonly string[]): void {
    for (const query of queries.map(plainQuery)) {
      const key = keyOf(query);
      if (key === "" || this.#known.has(key)) continue;
      this.#known.add(key);
      this.#pending.push(query);
    }
  }

  /** Takes the next round's. */
  next(): string[] {
    const round = this.#pending.slice(0, QUERIES_PER_ROUND);
    this.#pending = this.#pending.slice(QUERIES_PER_ROUND);
    return round;
  }

  /** Those that wait. */
  get pending(): readonly string[] {
    return this.#pending;
  }
}

/** A query without what the search would read as an operator, cut between words. */
function plainQuery(query: string): string {
  const words = query.replaceAll(/["“”\p{Cc}]/gu, " ").split(/\s+/);
  let plain = "";
  for (const word of words.map((one) => one.replace(/^-+/, ""))) {
    const longer = `${plain} ${word}`.trim();
    // A single word that is too long is cut: dropped, it would leave nothing to search for.
    if (longer.length > QUERY_CHARACTERS) return plain || longer.slice(0, QUERY_CHARACTERS);
    plain = longer;
  }
  return plain;
}

/** Two queries with the same words find the same, in whatever order they stand. */
function keyOf(query: string): string {
  const words = contentWordsOf(query);
  return [...new Set(words.length > 0 ? words : wordsOf(query))].toSorted().join(" ");
}

/** A query as the name of its child run: `durable-execution-retries`. */
export const queryName = (query: string): string =>
  query
    .toLowerCase()
    .replaceAll(/[^a-z0-9.+]+/g, "-")
    .replaceAll(/^[-.+]+|[-.]+$/g, "")
    .slice(0, 60) || "query";
