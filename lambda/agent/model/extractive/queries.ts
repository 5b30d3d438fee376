import { contentWordsOf } from "../../text/words.ts";
import type { Assessment, Landscape, Plan, RoundFacts } from "../port.ts";
import type { Evidence } from "../../evidence.ts";
import { stemSet, tokensOf } from "./language.ts";
import { type Theme, themesOf } from "./themes.ts";

/** More words than this find next to nothing, since each must occur. */
const QUERY_WORDS = 4;
/** New queries a round; with their alternatives there may be more. */
const QUERIES = 4;
/** Tried in place of a query that nothing matches. */
const ALTERNATIVES = 2;
/** A round that adds less than this share of all evidence was not worth another. */
const NEW_SHARE_MIN = 0.1;

/** Begins with the topic's own words, then with what the first look shows people to speak of. */
export function planQueries(topic: string, landscape: Landscape): Plan {
  const query = topicQuery(topic);
  if (landscape.stories + landscape.comments === 0) {
    return { questions: [], queries: [query, ...alternativesTo(query)] };
  }
  // Who wrote a title or excerpt does not matter here: each counts as an author.
  const texts = [...landscape.titles, ...landscape.excerpts];
  const statements = texts.map((text, index) => ({ author: String(index), text }));
  const themes = themesOf(statements, stemSet(topic), landscape.titles);
  return { questions: [], queries: [query, ...queriesAbout(topic, themes)] };
}

/**
 * Follows what most authors speak of and no query has named yet, and takes words off queries that
 * found nothing. Enough is found when a round has added little.
 */
export function assessEvidence(topic: string, evidence: Evidence, round: RoundFacts): Assessment {
  const known = new Set([
    ...stemSet(topic),
    ...round.tried.flatMap((query) => [...stemSet(query)]),
  ]);
  const titles = evidence.threads.map(({ title }) => title);
  const followUps = queriesAbout(topic, themesOf(evidence.quotes, known, titles));
  const total = evidence.quotes.length;
  return {
    enough: round.iteration > 1 && round.newQuotes < total * NEW_SHARE_MIN,
    missing: [],
    next: [...followUps, ...round.deadEnds.flatMap(alternativesTo)],
  };
}

function queriesAbout(topic: string, themes: readonly Theme[]): string[] {
  const [first = "", second] = topicQuery(topic).split(" ");
  const stem = second === undefined ? first : `${first} ${second}`;
  return themes.slice(0, QUERIES).map(({ label }) => `${stem} ${label.toLowerCase()}`);
}

/** The topic's words that say something; of a long topic the nouns. */
function topicQuery(topic: string): string {
  const words = contentWordsOf(topic);
  if (words.length === 0) return topic.toLowerCase();
  if (words.length <= QUERY_WORDS) return words.join(" ");
  const nouns = nounsOf(topic);
  const best = words.filter((word) => nouns.has(word));
  return (best.length > 1 ? best : words).slice(0, QUERY_WORDS).join(" ");
}

/** Two queries with one word less: without a word that is no noun, or else without the last ones. */
function alternativesTo(query: string): string[] {
  const words = query.split(" ");
  const nouns = nounsOf(query);
  return words
    .map((word, place) => ({ word, rank: nouns.has(word) ? place : words.length }))
    .toSorted((a, b) => b.rank - a.rank)
    .map(({ word }) => words.filter((other) => other !== word))
    .filter((shorter) => shorter.some((word) => nouns.has(word)))
    .slice(0, ALTERNATIVES)
    .map((shorter) => shorter.join(" "));
}

const nounsOf = (text: string): Set<string> =>
  new Set(
    tokensOf(text).flatMap(({ word, pos }) => (pos === "NOUN" || pos === "PROPN" ? [word] : [])),
  );
