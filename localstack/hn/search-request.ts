import { BadRequestError, type Filter, parseNumericFilters, parseTags } from "./filters.ts";
import { type Attribute, SEARCHABLE, type WordQuery } from "./search-index.ts";
import { tokenize } from "./tokens.ts";
import { allowedTypos, DEFAULT_TYPO_LIMITS, type TypoLimits } from "./typos.ts";

/** At most so many hits in one page, and of one query in all (algolia/hn-search issue 230). */
export const MAX_HITS = 1000;

const DEFAULT_HITS_PER_PAGE = 20;

/** Parameters of Algolia that would change the hits and that the simulator does not know. */
const NOT_SIMULATED = ["filters", "facetFilters", "optionalFilters", "removeWordsIfNoResults"];

/** `"a phrase"`, `-"a phrase"` and `-word`, each at the start of a word. */
const ADVANCED = /(?<!\S)(?<minus>-)?"(?<phrase>[^"]*)"?|(?<!\S)-(?<word>[^\s"]+)/gu;

/** A word of the query. */
export interface QueryWord extends WordQuery {
  /** True when an entry without it may still be a hit. */
  readonly optional: boolean;
}

/** A search as asked for by the parameters of a URL. */
export interface SearchRequest {
  readonly query: string;
  readonly words: readonly QueryWord[];
  /** Each a run of words that must occur side by side. */
  readonly phrases: readonly (readonly string[])[];
  /** Each a run of words that must not occur. */
  readonly excluded: readonly (readonly string[])[];
  readonly filters: readonly Filter[];
  readonly attributes: readonly Attribute[];
  /** How many of the lowest typo counts are kept: Infinity, 1 ("min") or 2 ("strict"). */
  readonly typoLevels: number;
  /** Words closer than this rank alike, 1 to 7. */
  readonly minProximity: number;
  readonly page: number;
  readonly hitsPerPage: number;
  /** Attributes of a hit to return; undefined means all. */
  readonly retrieve: readonly string[] | undefined;
  /** Attributes to highlight; undefined means all. */
  readonly highlight: readonly string[] | undefined;
}

/**
 * Reads the parameters of `/search` and `/search_by_date`. Parameters that change nothing here
 * (`analytics` and the like) are accepted and ignored, as Algolia does.
 *
 * @throws BadRequestError when a value cannot be read, or for a parameter of Algolia that would
 * change the hits but is not simulated.
 */
export function parseSearchRequest(parameters: URLSearchParams): SearchRequest {
  for (const name of NOT_SIMULATED) {
    if (parameters.has(name)) {
      throw new BadRequestError(`the simulator does not know "${name}": search without it`);
    }
  }
  const query = parameters.get("query") ?? "";
  const filters: Filter[] = [];
  const tags = parameters.get("tags");
  const numeric = parameters.get("numericFilters");
  if (tags !== null) {
    filters.push(parseTags(tags));
  }
  if (numeric !== null) {
    filters.push(parseNumericFilters(numeric));
  }
  return {
    query,
    ...parseQuery(query, parameters),
    filters,
    attributes: parseAttributes(parameters),
    typoLevels: { min: 1, strict: 2 }[parameters.get("typoTolerance") ?? ""] ?? Infinity,
    minProximity: wholeNumber(parameters, "minProximity", 1, 7),
    page: wholeNumber(parameters, "page", 0, Number.MAX_SAFE_INTEGER),
    hitsPerPage: wholeNumber(parameters, "hitsPerPage", DEFAULT_HITS_PER_PAGE, MAX_HITS),
    retrieve: names(parameters, "attributesToRetrieve"),
    highlight: names(parameters, "attributesToHighlight"),
  };
}

function parseQuery(
  query: string,
  parameters: URLSearchParams,
): Pick<SearchRequest, "words" | "phrases" | "excluded"> {
  const phrases: string[][] = [];
  const excluded: string[][] = [];
  const advanced = parameters.get("advancedSyntax") !== "false";
  const plain = query.replaceAll(ADVANCED, (text, ...match) => {
    if (!advanced) {
      return text;
    }
    const groups: Record<string, string | undefined> = match.at(-1);
    const run = wordsOf(groups["phrase"] ?? groups["word"] ?? "");
    ((groups["minus"] ?? groups["word"]) ? excluded : phrases).push(run);
    return " ";
  });
  const required = phrases.flat().map((word): QueryWord => {
    return { word, prefix: false, allowedTypos: 0, optional: false };
  });
  const endsInPhrase = advanced && /"\s*$/u.test(query);
  const words = [...freeWords(wordsOf(plain), endsInPhrase, parameters), ...required];
  return { words, phrases: phrases.filter(hasWords), excluded: excluded.filter(hasWords) };
}

function freeWords(
  words: readonly string[],
  endsInPhrase: boolean,
  parameters: URLSearchParams,
): QueryWord[] {
  const limits = typoLimits(parameters);
  const optional = new Set(wordsOf(parameters.get("optionalWords") ?? ""));
  const prefixes = parameters.get("queryType") ?? "prefixLast";
  return words.map((word, index) => {
    const last = index === words.length - 1 && !endsInPhrase;
    return {
      word,
      prefix: prefixes === "prefixAll" || (prefixes === "prefixLast" && last),
      allowedTypos: allowedTypos(word, limits),
      optional: optional.has(word),
    };
  });
}

function wordsOf(text: string): string[] {
  return tokenize(text).map(({ word }) => word);
}

function hasWords(run: readonly string[]): boolean {
  return run.length > 0;
}

function typoLimits(parameters: URLSearchParams): TypoLimits {
  if (parameters.get("typoTolerance") === "false") {
    return { oneFrom: Infinity, twoFrom: Infinity };
  }
  const { oneFrom, twoFrom } = DEFAULT_TYPO_LIMITS;
  return {
    oneFrom: wholeNumber(parameters, "minWordSizefor1Typo", oneFrom, Infinity),
    twoFrom: wholeNumber(parameters, "minWordSizefor2Typos", twoFrom, Infinity),
  };
}

function parseAttributes(parameters: URLSearchParams): readonly Attribute[] {
  const wanted = names(parameters, "restrictSearchableAttributes");
  const unknown = wanted?.find((name) => !SEARCHABLE.some((attribute) => attribute === name));
  if (unknown !== undefined) {
    throw new BadRequestError(
      `restrictSearchableAttributes: "${unknown}" is none of ${SEARCHABLE.join(", ")}`,
    );
  }
  return SEARCHABLE.filter((attribute) => wanted?.includes(attribute) ?? true);
}

/** A list of names, with commas or as a JSON array; "*" and absence mean all. */
function names(parameters: URLSearchParams, name: string): string[] | undefined {
  const text = parameters.get(name);
  const list = text?.replaceAll(/[[\]"\s]/gu, "").split(",");
  return list === undefined || list.includes("*") ? undefined : list.filter((part) => part !== "");
}

/** A whole number of at least 0; larger ones than `most` count as `most`. */
function wholeNumber(
  parameters: URLSearchParams,
  name: string,
  absent: number,
  most: number,
): number {
  const text = parameters.get(name);
  if (text === null) {
    return absent;
  }
  if (!/^\d+$/u.test(text)) {
    throw new BadRequestError(`invalid ${name}: "${text}" is not a whole number of at least 0`);
  }
  return Math.min(Number(text), most);
}
