import type { Evidence } from "../../evidence.ts";
import type { Assessment, Landscape, Plan, RoundFacts } from "../port.ts";
import { stemSet } from "./language.ts";
import { type Theme, themesOf } from "./themes.ts";
import { isModifier, nounsOf, understood } from "./topic.ts";

/** More words than this find next to nothing, since each must occur. */
const QUERY_WORDS = 4;
/** New queries a round; with their alternatives there may be more. */
const QUERIES = 4;
/** Tried in place of a query that little or nothing matches. */
const ALTERNATIVES = 3;
/** With fewer hits than this, the topic's own words are too many. */
const HITS_MIN = 25;
/** A round that adds less than this share of all evidence was not worth another. */
const NEW_SHARE_MIN = 0.1;

/**
 * Begins with the topic's own words, then with less of them when little matches all, then with what
 * the first look shows people to speak of.
 */
export function planQueries(topic: string, landscape: Landscape): Plan {
  const query = topicQuery(topic);
  const isSparse = landscape.stories + landscape.comments < HITS_MIN;
  // Who wrote a title or excerpt does not matter here: each counts as an author.
  const texts = [...landscape.titles, ...landscape.excerpts];
  const statements = texts.map((text, index) => ({ author: String(index), text }));
  const themes = themesOf(statements, stemSet(topic), landscape.titles);
  return {
    questions: [],
    queries: distinct([
      query,
      subjectQuery(topic),
      ...(isSparse ? alternativesTo(query) : []),
      ...queriesAbout(topic, themes),
    ]),
  };
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
  const subject = subjectQuery(topic).split(" ").slice(0, 2).join(" ");
  return themes.slice(0, QUERIES).map(({ label }) => `${subject} ${label.toLowerCase()}`);
}

/** The topic's words that say something; of a long topic the nouns. */
const topicQuery = (topic: string): string => shortened(understood(topic).words) || topic;

/** The words that are the topic's subject. */
const subjectQuery = (topic: string): string => shortened(understood(topic).subject) || topic;

function shortened(words: readonly string[]): string {
  if (words.length <= QUERY_WORDS) return words.join(" ");
  const nouns = nounsOf(words.join(" "));
  const best = words.filter((word) => nouns.has(word));
  return (best.length > 1 ? best : words).slice(0, QUERY_WORDS).join(" ");
}

/** Queries with one word less: without a word that is no noun, or else without one of the last. */
function alternativesTo(query: string): string[] {
  const words = query.split(" ");
  const nouns = nounsOf(query);
  return words
    .map((word, place) => ({ word, rank: nouns.has(word) ? place : words.length }))
    .toSorted((a, b) => b.rank - a.rank)
    .map(({ word }) => words.filter((other) => other !== word))
    .filter((shorter) => shorter.some((word) => nouns.has(word) && !isModifier(word)))
    .slice(0, ALTERNATIVES)
    .map((shorter) => shorter.join(" "));
}

const distinct = (queries: readonly string[]): string[] => [...new Set(queries)];
