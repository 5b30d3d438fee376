import type { Thread } from "./hn/thread.ts";

/** One sentence that was read in this run, with what a citation of it shows. */
export interface Quote {
  /** `<item>.<n>`: the nth sentence of that item. */
  readonly id: string;
  /** The comment or story it stands in. */
  readonly item: number;
  /** The story in whose thread it was read. */
  readonly story: number;
  /** The item that `item` answers; null for a story's own text. */
  readonly parent: number | null;
  readonly author: string;
  /** Seconds since the epoch. */
  readonly at: number;
  /** The sentence exactly as it stands in the item, as plain text. */
  readonly text: string;
}

/** Which way a statement leans on its subject. */
export type Stance = "for" | "against" | "neutral";

/** What a model found in one thread. */
export interface Finding {
  /** The statement; the sentence itself where no language model reads. */
  readonly claim: string;
  readonly stance: Stance;
  /** Ids of the sentences that say so, at least one. */
  readonly cites: readonly string[];
}

/** A thread that was read, as sources are listed. */
export interface ThreadSummary extends Pick<
  Thread,
  "id" | "title" | "url" | "author" | "at" | "points" | "comments" | "omitted" | "hostile"
> {
  /** Posts that were read. */
  readonly read: number;
}

/** Everything a run knows: what it read, and what was found there. */
export interface Evidence {
  readonly threads: readonly ThreadSummary[];
  readonly quotes: readonly Quote[];
  readonly findings: readonly Finding[];
}

/** Nothing found yet. */
export const NO_EVIDENCE: Evidence = { threads: [], quotes: [], findings: [] };

/** The sentences of a thread by id. */
export function quotesOf(thread: Thread): Map<string, Quote> {
  const quotes = new Map<string, Quote>();
  for (const { id: item, parent, author, at, sentences } of thread.posts) {
    for (const [index, text] of sentences.entries()) {
      const id = `${item}.${index + 1}`;
      quotes.set(id, { id, item, story: thread.id, parent, author, at, text });
    }
  }
  return quotes;
}

/** What is kept of a thread beside its quotes. */
export function summaryOf({ posts, ...thread }: Thread): ThreadSummary {
  return { ...thread, read: posts.length };
}

/**
 * The evidence of one thread: the findings whose every citation is a sentence of it, and those
 * sentences. A finding that cites anything else is dropped whole.
 */
export function evidenceOf(thread: Thread, findings: readonly Finding[]): Evidence {
  const known = quotesOf(thread);
  const sound = findings.filter(
    ({ cites }) => cites.length > 0 && cites.every((id) => known.has(id)),
  );
  const cited = new Set(sound.flatMap(({ cites }) => cites));
  return {
    threads: [summaryOf(thread)],
    quotes: [...known.values()].filter(({ id }) => cited.has(id)),
    findings: sound,
  };
}

/**
 * Puts evidence together. A thread that two queries read is there once, and so is a sentence; of
 * findings that rest on the same sentences the first is kept.
 */
export function mergeEvidence(parts: readonly Evidence[]): Evidence {
  return {
    threads: distinct(
      parts.flatMap(({ threads }) => threads),
      ({ id }) => String(id),
    ),
    quotes: distinct(
      parts.flatMap(({ quotes }) => quotes),
      ({ id }) => id,
    ),
    findings: distinct(
      parts.flatMap(({ findings }) => findings),
      ({ cites }) => cites.toSorted().join(" "),
    ),
  };
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}

/** How many people a set of sentences is from. */
export const authorsOf = (quotes: readonly Quote[]): Set<string> =>
  new Set(quotes.map(({ author }) => author));

/**
 * At most `limit` findings, taken from the threads in turn, so that a cut costs no thread all it said.
 */
export function spreadOverThreads({ findings, quotes }: Evidence, limit: number): Finding[] {
  const storyOf = new Map(quotes.map(({ id, story }) => [id, story]));
  const turns = new Map<number | undefined, number>();
  return findings
    .map((finding) => {
      const story = storyOf.get(finding.cites[0] ?? "");
      const turn = turns.get(story) ?? 0;
      turns.set(story, turn + 1);
      return { finding, turn };
    })
    .toSorted((a, b) => a.turn - b.turn)
    .slice(0, limit)
    .map(({ finding }) => finding);
}
