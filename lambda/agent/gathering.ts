import { TerminalError } from "../index.ts";
import { type Evidence, mergeEvidence, NO_EVIDENCE } from "./evidence.ts";
import type { Tokens } from "./model/port.ts";
import type { UnreadThread } from "./search-query.ts";
import type { QueryEnd } from "./search-round.ts";

/** A query that was searched. */
export interface SearchedQuery {
  readonly query: string;
  readonly hits: number;
  /** Sentences it brought that no earlier query had. */
  readonly newQuotes: number;
  /** Why it failed; null when it did not. */
  readonly failure: string | null;
}

/** What the queries of a run have brought so far. */
export class Gathering {
  #evidence = NO_EVIDENCE;
  #dropped = 0;
  readonly #queries: SearchedQuery[] = [];
  readonly #unread = new Map<number, UnreadThread>();

  /** Takes in how one query ended. */
  add({ query, result, failure }: QueryEnd): void {
    const known = this.#evidence.quotes.length;
    if (result) this.#evidence = mergeEvidence([this.#evidence, result.evidence]);
    this.#dropped += result?.dropped ?? 0;
    const newQuotes = this.#evidence.quotes.length - known;
    this.#queries.push({ query, hits: result?.hits ?? 0, newQuotes, failure });
    for (const thread of result?.unread ?? []) this.#unread.set(thread.story, thread);
  }

  /** What was read and found. */
  get evidence(): Evidence {
    return this.#evidence;
  }

  /** Every query, in order. */
  get queries(): readonly SearchedQuery[] {
    return this.#queries;
  }

  /** Findings dropped because they cited a sentence their thread does not have. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Threads that no query could read. */
  get unread(): readonly UnreadThread[] {
    const read = new Set(this.#evidence.threads.map(({ id }) => id));
    return [...this.#unread.values()].filter(({ story }) => !read.has(story));
  }

  /**
   * Finding nothing is a result only when everything could be looked at.
   * @param tokens used so far, for the error's details
   * @throws TerminalError when nothing was found and a query or a thread failed
   */
  assertNothingHidden(tokens: Tokens): void {
    if (this.#evidence.quotes.length > 0) return;
    const failures = [
      ...this.#queries.flatMap(({ failure }) => failure ?? []),
      ...this.unread.flatMap(({ failed, reason }) => (failed ? reason : [])),
    ];
    const [first] = failures;
    if (first === undefined) return;
    throw new TerminalError(
      `nothing was found, but ${failures.length} searches or threads failed, the first with: ${first}; start the run again`,
      { details: { tokens } },
    );
  }
}
