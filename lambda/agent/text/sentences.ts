/** Abbreviations after which a sentence goes on. */
const GOES_ON =
  /\b(?:e\.g|i\.e|vs|cf|approx|incl|esp|fig|Mr|Ms|Mrs|Dr|Prof|Inc|Ltd|et al|resp|[A-Z])\.$/;

/**
 * Splits a paragraph into sentences, by Unicode's rules (UAX 29) and without a break after common
 * abbreviations. White space within a sentence stays as it is, around it is dropped.
 */
export function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = [];
  let open = "";
  for (const { segment } of segmenter().segment(paragraph)) {
    open += segment;
    if (GOES_ON.test(open.trimEnd())) continue;
    sentences.push(open.trim());
    open = "";
  }
  return [...sentences, open.trim()].filter((sentence) => sentence !== "");
}

let shared: Intl.Segmenter | undefined;

/** Making one takes milliseconds, so it is made once. */
const segmenter = (): Intl.Segmenter =>
  (shared ??= new Intl.Segmenter("en", { granularity: "sentence" }));
