import type { Context } from "../index.ts";
import type { Evidence } from "./evidence.ts";
import { Gathering, type SearchedQuery } from "./gathering.ts";
import type { ParsedResearchInput } from "./input.ts";
import { QueryQueue, type StopReason, stopReason } from "./rounds.ts";
import type { Start } from "./scout.ts";
import type { UnreadThread } from "./search-query.ts";
import { type SearchParts, searchRound } from "./search-round.ts";
import { contentWordsOf } from "./text/words.ts";

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

/**
 * Searches in rounds until {@link stopReason} says stop: each new query is a child run, then the model
 * assesses what there is and names the queries of the next round.
 * @throws TerminalError when every query of a round failed, or some did and nothing was found; with
 * `details.tokens` used so far
 */
export async function searchInRounds(
  ctx: Context,
  input: ParsedResearchInput,
  { plan, reserved }: Start,
  parts: SearchParts,
): Promise<Searched> {
  const { topic, maxIterations } = input;
  const { metered } = parts;
  const queue = new QueryQueue();
  queue.propose(plan.queries);
  // A plan of nothing but punctuation: that nothing was searched is not to pass for nothing found.
  if (queue.pending.length === 0) queue.propose([contentWordsOf(topic).join(" "), topic]);
  const gathering = new Gathering();
  for (let iteration = 1; ; iteration += 1) {
    const known = gathering.evidence;
    const queries = queue.next();
    const ends = await searchRound(
      ctx,
      {
        input,
        iteration,
        queries,
        read: known.threads.map(({ id }) => id),
        // The topic's own query comes first and reads what the first look found; the others look elsewhere.
        reserved: iteration === 1 ? reserved.map(({ story }) => story) : [],
      },
      parts,
    );
    for (const end of ends) gathering.add(end);
    const { evidence } = gathering;
    const newQuotes = evidence.quotes.length - known.quotes.length;
    const round = {
      iteration,
      maxIterations,
      tried: gathering.queries.map(({ query }) => query),
      deadEnds: ends.flatMap(({ query, result }) => (result?.hits === 0 ? query : [])),
      newQuotes,
    };
    const { enough, next, missing } = await metered.ask(ctx, `assess-${iteration}`, (judge, call) =>
      judge.assess({ topic, evidence, round }, call),
    );
    queue.propose(next);
    const { pending } = queue;
    const totalQuotes = evidence.quotes.length;
    const stop = stopReason({ ...round, totalQuotes, enough, pending: pending.length });
    ctx.log.info("searched a round", { iteration, queries, newQuotes, totalQuotes, stop });
    if (stop === undefined) continue;
    gathering.assertNothingHidden(metered.total());
    const { queries: searched, unread, dropped } = gathering;
    const end = { pending, missing, iterations: iteration, stopReason: stop, dropped };
    return { evidence, queries: searched, unread, ...end };
  }
}
