/** Words that say nothing about a subject. */
const STOP_WORDS = new Set(
  `a about above actually after again all also am an and any are aren as at be because been before
  being below best better between both but by can cannot could couldn did didn do does doesn doing
  don done down during each else enough etc even ever every few for from further get gets getting go
  goes going good got had hadn has hasn have haven having he her here hers him his how however i if
  in into is isn it its itself just know let like ll lot made make makes making many may maybe me
  might mine more most much must my need needs no nor not now of off on once one only or other our
  ours out over own per quite rather re really s same say says see seem seems she should shouldn
  since so some something still such t than that the their theirs them then there these they thing
  things think this those though through to too two under until up us use used uses using ve very
  versus vs was wasn way we well were weren what when where whether which while who whom why will with within
  without won worth would wouldn yes yet you your yours`.split(/\s+/),
);

const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}_]|[.'’+#-](?=[\p{L}\p{N}+#]))*[+#]*/gu;

/** The words of a text in lower case, in order; `C#`, `node.js` and `3.5` are words. */
export const wordsOf = (text: string): string[] =>
  (text.normalize("NFKC").toLowerCase().match(WORD) ?? []).map((word) => word.replaceAll("’", "'"));

/** Whether a word says something about a subject. */
export const isContentWord = (word: string): boolean =>
  !STOP_WORDS.has(word.replace(/'.*$/, "")) && (word.length > 1 || /\d/.test(word));

/** The words of a text that say something about its subject, in order, repeats included. */
export const contentWordsOf = (text: string): string[] => wordsOf(text).filter(isContentWord);

const ENDINGS =
  /(?:'s|i[sz]ations?|ations?|ments?|ness|[ai]bilit(?:y|ies)|ities|ity|ings?|ions?|ies|ied|[ai]ble|[ai]bly|ers?|ed|es|ly|s|y|e)$/;
const STEM_MIN = 4;

/**
 * A rough stem: endings come off until the word would be shorter than four letters, so that
 * `retry`, `retries` and `retrying` meet. Only for comparing; it need not be a word.
 */
export function stemOf(word: string): string {
  for (let stem = word; ;) {
    const shorter = stem.replace(ENDINGS, "");
    if (shorter === stem || shorter.length < STEM_MIN) return stem;
    stem = shorter;
  }
}

/** The distinct stems of a text's content words. */
export const stemsOf = (text: string): Set<string> => new Set(contentWordsOf(text).map(stemOf));

/** How many elements of `wanted` are in `found`. */
export function overlap(wanted: Iterable<string>, found: ReadonlySet<string>): number {
  let count = 0;
  for (const one of wanted) if (found.has(one)) count += 1;
  return count;
}
