import winkNlp, { type ItsFunction } from "wink-nlp";
import english from "wink-eng-lite-web-model";
import { isContentWord } from "../../text/words.ts";

/** A word of a text, as the tagger sees it. */
export interface Token {
  /** In lower case. */
  readonly word: string;
  readonly stem: string;
  /** Universal part of speech: NOUN, PROPN, VERB, AUX, ADJ, … */
  readonly pos: string;
  /** Whether it says something about a subject. */
  readonly isContent: boolean;
  /** Whether a negation covers it. */
  readonly isNegated: boolean;
}

const wink = winkNlp(english, ["sbd", "negation", "pos"]);

// The package declares these as methods, of which `out` would lose the `this` they do not use.
type Column = "normal" | "stem" | "pos" | "type" | "negationFlag";
const its = wink.its as unknown as Readonly<Record<Column, ItsFunction<string>>>;

/** The words of a text with stems and parts of speech, without punctuation. */
export function tokensOf(text: string): Token[] {
  const tokens = wink.readDoc(text).tokens();
  const words = tokens.out(its.normal);
  const stems = tokens.out(its.stem);
  const tags = tokens.out(its.pos);
  const types = tokens.out(its.type);
  const negations = tokens.out(its.negationFlag);
  return words.flatMap((word, index) => {
    const type = types[index];
    if (type !== "word" && type !== "number" && type !== "alpha_num") return [];
    return [
      {
        word,
        stem: stems[index] ?? word,
        pos: tags[index] ?? "X",
        isContent: isContentWord(word),
        isNegated: Boolean(negations[index]),
      },
    ];
  });
}

/** The distinct stems of a text's content words. */
export const stemSet = (text: string): Set<string> =>
  new Set(tokensOf(text).flatMap(({ stem, isContent }) => (isContent ? [stem] : [])));
