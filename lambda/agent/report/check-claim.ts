import { authorsOf, type Quote } from "../evidence.ts";
import { contentWordsOf, overlap, stemOf } from "../text/words.ts";

/** Share of a claim's content words that must stand in the sentences it cites. */
const SUPPORT_MIN = 0.4;
/** From this share on a claim is nearly the sentence itself, so a lost negation turns it round. */
const NEAR_COPY = 0.8;
/** Authors needed to speak of several people. */
const SEVERAL = 3;

const NEGATION =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|can't)\b|n['’]t\b/i;
const PLURALITY =
  /\b(?:many|most|several|numerous|widely|widespread|commonly|consensus|majority|everyone|(?:HN|Hacker News) (?:users|readers|commenters|people))\b/i;
const LINK = /https?:\/\/|\bwww\.|\]\(|<[a-z!/]/i;
const QUOTED = /[“"]([^”"]{3,})[”"]/g;

/** Words about the discussion, which the cited sentences need not hold. */
const FRAME = new Set(
  `one two three user users commenter commenters comment comments people developer developers author authors
  hn hacker news report reports reported argue argues argued note notes noted claim claims claimed describe
  describes described mention mentions mentioned find finds found prefer prefers several many some others another
  according warn warns warned suggest suggests suggested point points pointed recommend recommends`.split(
    /\s+/,
  ),
);

/**
 * Why a claim does not follow from the sentences it cites, as far as code can tell: a link, a passage in
 * quotation marks that is not theirs, a number or negation none of them has, a negation left out, a
 * plural without enough authors, too few of its words.
 * @param text the claim, without its citations
 * @param quotes the sentences it cites, at least one
 * @returns undefined when nothing speaks against it
 */
export function objectionTo(text: string, quotes: readonly Quote[]): string | undefined {
  const cited = quotes.map((quote) => quote.text).join("\n");
  if (LINK.test(text)) return "holds a link or markup";
  if ([...text.matchAll(QUOTED)].some(([, passage = ""]) => !has(cited, passage))) {
    return "puts words in quotation marks that are not in what it cites";
  }
  const numbers = numbersOf(cited);
  for (const { at } of quotes) numbers.add(String(new Date(at * 1_000).getUTCFullYear()));
  const unknown = [...numbersOf(text)].find((number) => !numbers.has(number));
  if (unknown !== undefined) return `holds the number ${unknown}, which nothing it cites has`;
  const [plural] = PLURALITY.exec(text) ?? [];
  if (plural && !has(cited, plural) && authorsOf(quotes).size < SEVERAL) {
    return `speaks of several people and cites ${authorsOf(quotes).size}`;
  }
  const support = supportOf(text, cited);
  if (support < SUPPORT_MIN) return "has too little in common with what it cites";
  if (NEGATION.test(text) && !NEGATION.test(cited)) {
    return "holds a negation that nothing it cites has";
  }
  const allNegated = quotes.every((quote) => NEGATION.test(quote.text));
  if (support >= NEAR_COPY && allNegated && !NEGATION.test(text)) {
    return "leaves out the negation of what it cites";
  }
  return undefined;
}

const has = (text: string, passage: string): boolean =>
  plain(text).includes(plain(passage).replace(/[.,;:!?…]+$/, ""));

/** Two ways of typing the same are the same: kinds of quotes, white space, compatibility forms. */
const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/\s+/g, " ")
    .trim();

/** The numbers of a text, `10,000` as `10000`. */
const numbersOf = (text: string): Set<string> =>
  new Set(
    (text.match(/\d[\d.,]*/g) ?? []).map((number) =>
      number.replaceAll(",", "").replace(/\.+$/, ""),
    ),
  );

function supportOf(text: string, cited: string): number {
  const wanted = statedStems(text);
  return wanted.size === 0 ? 0 : overlap(wanted, statedStems(cited)) / wanted.size;
}

/** Numbers are looked for by themselves. */
const statedStems = (text: string): Set<string> =>
  new Set(
    contentWordsOf(text)
      .filter((word) => !FRAME.has(word) && !/^\d/.test(word))
      .map(stemOf),
  );
