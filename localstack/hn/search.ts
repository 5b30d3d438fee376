import type { Attribute, Entry, Occurrence, SearchIndex } from "./search-index.ts";
import { SEARCHABLE } from "./search-index.ts";
import type { QueryWord, SearchRequest } from "./search-request.ts";

/** How far apart two query words may be before the distance no longer counts (Algolia: 8). */
const FARTHEST = 8;

/** How well an entry matches. */
export interface Match {
  readonly entry: Entry;
  /** Typos in all, the fewer the better. */
  readonly typos: number;
  /** Query words found, fewer than all only when some are optional. */
  readonly words: number;
  /** Sum of the distances between neighbouring query words. */
  readonly proximity: number;
  /** Rank of the best attribute with a query word, 0 for the title. */
  readonly attribute: number;
}

/** Which endpoint asks: best match first, or newest first. */
export type Order = "relevance" | "date";

/**
 * Finds what a request asks for, in order: every word must occur (unless optional) somewhere in the
 * searched attributes, every phrase as it stands, no excluded word.
 *
 * @returns All matches; paging is up to the caller.
 */
export function search(index: SearchIndex, request: SearchRequest, order: Order): Match[] {
  const occurrences = request.words.map((word) => findWord(index, request, word));
  const phrases = request.phrases.map((phrase) => findPhrase(index, request, phrase));
  const excluded = request.excluded.map((phrase) => findPhrase(index, request, phrase));
  const matches = index.entries
    .filter((entry) => phrases.every((entries) => entries.has(entry)))
    .filter((entry) => !excluded.some((entries) => entries.has(entry)))
    .filter((entry) => request.filters.every((filter) => filter(entry)))
    .flatMap((entry) => match(entry, request, occurrences) ?? []);
  const levels = [...new Set(matches.map(({ typos }) => typos))].sort((a, b) => a - b);
  const worst = levels[Math.min(request.typoLevels, levels.length) - 1] ?? 0;
  return matches
    .filter(({ typos }) => typos <= worst)
    .sort(order === "date" ? byDate : byRelevance);
}

function findWord(
  index: SearchIndex,
  request: SearchRequest,
  word: Pick<QueryWord, "word" | "prefix" | "allowedTypos">,
): Map<Entry, Occurrence[]> {
  const found = new Map<Entry, Occurrence[]>();
  for (const [entry, all] of index.find(word)) {
    const searched = all.filter(({ attribute }) => request.attributes.includes(attribute));
    if (searched.length > 0) {
      found.set(entry, searched);
    }
  }
  return found;
}

function findPhrase(
  index: SearchIndex,
  request: SearchRequest,
  phrase: readonly string[],
): Set<Entry> {
  const words = phrase.map((word) =>
    findWord(index, request, { word, prefix: false, allowedTypos: 0 }),
  );
  const [first, ...others] = words;
  const found = new Set<Entry>();
  for (const [entry, starts] of first ?? []) {
    const complete = starts.some(({ attribute, positions }) =>
      positions.some((start) =>
        others.every((word, offset) =>
          positionsIn(word.get(entry) ?? [], attribute).includes(start + offset + 1),
        ),
      ),
    );
    if (complete) {
      found.add(entry);
    }
  }
  return found;
}

function match(
  entry: Entry,
  request: SearchRequest,
  occurrences: readonly Map<Entry, Occurrence[]>[],
): Match | undefined {
  const found: Occurrence[][] = [];
  for (const [position, word] of request.words.entries()) {
    const places = occurrences[position]?.get(entry);
    if (places !== undefined) {
      found.push(places);
    } else if (!word.optional) {
      return undefined;
    }
  }
  if (found.length === 0 && request.words.length > 0) {
    return undefined;
  }
  const ranks = found.flat().map(({ attribute }) => SEARCHABLE.indexOf(attribute));
  return {
    entry,
    typos: sum(found.map((places) => Math.min(...places.map(({ typos }) => typos)))),
    words: found.length,
    proximity: sum(
      found.slice(1).map((places, before) => {
        const nearest = distance(found[before] ?? [], places);
        return Math.max(nearest, request.minProximity);
      }),
    ),
    attribute: Math.min(...ranks, SEARCHABLE.length),
  };
}

/** Least distance between two words within one attribute, at most {@link FARTHEST}. */
function distance(left: readonly Occurrence[], right: readonly Occurrence[]): number {
  let nearest = FARTHEST;
  for (const attribute of SEARCHABLE) {
    const others = positionsIn(right, attribute);
    for (const position of positionsIn(left, attribute)) {
      for (const other of others) {
        // Words the other way round count as one further apart.
        const apart = other > position ? other - position : position - other + 1;
        nearest = Math.min(nearest, apart);
      }
    }
  }
  return nearest;
}

function positionsIn(places: readonly Occurrence[], attribute: Attribute): number[] {
  return places.flatMap((place) => (place.attribute === attribute ? place.positions : []));
}

/**
 * The index's ranking formula (`typo, proximity, attribute, custom` with `desc(points)`,
 * `desc(num_comments)` in algolia/hn-search, models/item.rb), with Algolia's `words` where its
 * default formula has it. Time and id make the order total.
 */
function byRelevance(a: Match, b: Match): number {
  return (
    a.typos - b.typos ||
    b.words - a.words ||
    a.proximity - b.proximity ||
    a.attribute - b.attribute ||
    pointsOf(b) - pointsOf(a) ||
    (b.entry.commentCount ?? 0) - (a.entry.commentCount ?? 0) ||
    byDate(a, b)
  );
}

function byDate(a: Match, b: Match): number {
  return b.entry.item.createdAt - a.entry.item.createdAt || b.entry.item.id - a.entry.item.id;
}

/** A comment has no points: it comes after every story that matches as well. */
function pointsOf({ entry }: Match): number {
  return entry.item.kind === "story" ? entry.item.points : -1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
