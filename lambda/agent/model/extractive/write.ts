import MiniSearch from "minisearch";
import { authorsOf, type Evidence, type Quote } from "../../evidence.ts";
import { overlap } from "../../text/words.ts";
import type { Claim, Draft } from "../port.ts";
import { stemSet, tokensOf } from "./language.ts";
import { understood } from "./topic.ts";
import { speaksOf, type Theme, themesOf } from "./themes.ts";

/** Statements that open the report, then those of its sections. No author is quoted twice in them. */
const ANSWER = 3;
const STATEMENTS = 20;
const SECTIONS = 5;
const PER_SECTION = 4;
const DISAGREEMENTS = 3;
/** Weight of relevance against novelty when picking, as usual for maximal marginal relevance. */
const LAMBDA = 0.7;
/** Themes whose words count as the topic's when ranking (pseudo relevance feedback). */
const EXPANSION = 8;

interface Scored {
  readonly quote: Quote;
  /** Of all words, in order. */
  readonly sequence: readonly string[];
  /** Of the words that say something, apart from the topic's. */
  readonly stems: ReadonlySet<string>;
  /** Whether it names the topic itself: two of its words, or the only one. */
  readonly isOnTopic: boolean;
  /** How much it speaks for all, 0 to 1. */
  readonly score: number;
}

interface Disagreement {
  readonly about: string;
  readonly sides: readonly Scored[];
}

/**
 * A report of quotes only. Statements are ranked by relevance (BM25 over the topic's words and the most
 * common themes) and by how much they share with all others; of those the picked ones differ most from each
 * other (maximal marginal relevance), one of each author, grouped by theme.
 */
export function selectStatements(topic: string, evidence: Evidence): Draft {
  const titles = evidence.threads.map(({ title }) => title);
  const themes = themesOf(evidence.quotes, stemSet(topic), titles);
  const ranked = rank(topic, themes, evidence);
  const disagreements = disagreementsOf(evidence, ranked);
  const opposed = new Set(disagreements.flatMap(({ sides }) => sides));
  const scored = ranked.filter((one) => !opposed.has(one));
  const answer = pick(
    scored.filter((one) => one.isOnTopic),
    ANSWER,
    new Set(),
  );
  const authors = authorsOf(answer.map(({ quote }) => quote));
  return {
    answer: answer.map(claimOf),
    sections: sectionsOf(themes, scored, authors),
    disagreements: disagreements.map(({ about, sides }) => ({ about, sides: sides.map(claimOf) })),
    gaps: [],
  };
}

const claimOf = ({ quote }: Scored): Claim => ({ text: null, cites: [quote.id] });

function rank(topic: string, themes: readonly Theme[], { quotes }: Evidence): Scored[] {
  const known = stemSet(topic);
  const subject = understood(topic);
  const wanted = [...known, ...themes.slice(0, EXPANSION).flatMap(({ key }) => key.split(" "))];
  const relevance = relevanceOf(quotes, wanted);
  const read = quotes.map((quote) => {
    const tokens = tokensOf(quote.text);
    const stems = tokens.flatMap(({ stem, isContent }) => (isContent ? [stem] : []));
    return {
      quote,
      sequence: tokens.map(({ stem }) => stem),
      stems: new Set(stems.filter((stem) => !known.has(stem))),
      isOnTopic: overlap(subject.stems, new Set(stems)) >= subject.needed,
      score: relevance.get(quote.id) ?? 0,
    };
  });
  const centrality = read.map((one) => read.reduce((sum, other) => sum + alike(one, other), 0));
  const most = Math.max(1, ...centrality);
  return read
    .map((one, index) => ({ ...one, score: (one.score + (centrality[index] ?? 0) / most) / 2 }))
    .toSorted((a, b) => b.score - a.score);
}

/** BM25 of each sentence for some stems, as a share of the best. */
function relevanceOf(quotes: readonly Quote[], stems: readonly string[]): Map<string, number> {
  const index = new MiniSearch<Quote>({
    fields: ["text"],
    tokenize: (text) => tokensOf(text).map(({ stem }) => stem),
  });
  index.addAll(quotes);
  const hits = index.search(stems.join(" "), { tokenize: (text) => text.split(" ") });
  const most = hits[0]?.score ?? 1;
  return new Map(hits.map(({ id, score }) => [String(id), score / most]));
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), one statement of each author.
 * @param authors those who may not be picked; the picked ones are added
 */
function pick(scored: readonly Scored[], count: number, authors: Set<string>): Scored[] {
  const picked: Scored[] = [];
  while (picked.length < count) {
    const open = scored.filter(({ quote }) => !authors.has(quote.author));
    if (open.length === 0) break;
    const gain = (one: Scored): number =>
      LAMBDA * one.score - (1 - LAMBDA) * Math.max(0, ...picked.map((other) => alike(one, other)));
    const best = open.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    picked.push(best);
    authors.add(best.quote.author);
  }
  return picked;
}

/** Share of common stems, 0 to 1 (Jaccard). */
function alike(one: Scored, other: Scored): number {
  const common = overlap(one.stems, other.stems);
  const all = one.stems.size + other.stems.size - common;
  return all === 0 ? 0 : common / all;
}

function sectionsOf(
  themes: readonly Theme[],
  scored: readonly Scored[],
  authors: Set<string>,
): Draft["sections"] {
  const sections: { heading: string; claims: Claim[] }[] = [];
  let left = STATEMENTS;
  for (const theme of themes) {
    if (sections.length === SECTIONS) break;
    const members = scored.filter(({ sequence }) => speaksOf(theme, sequence));
    const open = authorsOf(members.map(({ quote }) => quote));
    if ([...open].filter((author) => !authors.has(author)).length < 2) continue;
    const claims = pick(members, PER_SECTION, authors).map(claimOf);
    left -= claims.length;
    sections.push({ heading: capitalised(theme.label), claims });
  }
  const others = pick(scored, left, authors).map(claimOf);
  const heading = sections.length > 0 ? "Other statements" : "Statements";
  return others.length > 0 ? [...sections, { heading, claims: others }] : sections;
}

/** The pairs of a statement and an answer that contradicts it, the most relevant first. */
function disagreementsOf(
  { findings, threads }: Evidence,
  scored: readonly Scored[],
): Disagreement[] {
  const byId = new Map(scored.map((one) => [one.quote.id, one]));
  const titles = new Map(threads.map(({ id, title }) => [id, title]));
  const authors = new Set<string>();
  return findings
    .filter(({ cites }) => cites.length > 1)
    .map(({ cites }) => cites.flatMap((id) => byId.get(id) ?? []))
    .toSorted((a, b) => total(b) - total(a))
    .filter((sides) => {
      const names = sides.map(({ quote }) => quote.author);
      const isNew = !names.some((name) => authors.has(name));
      if (isNew) for (const name of names) authors.add(name);
      return isNew;
    })
    .slice(0, DISAGREEMENTS)
    .map((sides) => ({ about: titles.get(sides[0]?.quote.story ?? 0) ?? "", sides }));
}

const total = (scored: readonly Scored[]): number =>
  scored.reduce((sum, { score }) => sum + score, 0);

const capitalised = (label: string): string => label.charAt(0).toUpperCase() + label.slice(1);
