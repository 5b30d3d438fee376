import winkNlp, { type ItsFunction } from "wink-nlp";
import english from "wink-eng-lite-web-model";
import { isContentWord } from "../../text/words.ts";

/** A word of a text, as the tagger sees it. */
export interface Token {
  /** In lower case. */
  readonly word: string;
  /** As it was written. */
  readonly text: string;
  readonly stem: string;
  /** Universal part of speech: NOUN, PROPN, VERB, AUX, ADJ, … */
  readonly pos: string;
  /** Whether it says something about a subject. */
  readonly isContent: boolean;
}

const wink = winkNlp(english, ["sbd", "pos"]);

// The package declares these as methods, of which `out` would lose the `this` they do not use.
type Column = "value" | "normal" | "stem" | "pos" | "type";
const its = wink.its as unknown as Readonly<Record<Column, ItsFunction<string>>>;

/** The words of a text with stems and parts of speech, without punctuation. */
export function tokensOf(text: string): Token[] {
  const tokens = wink.readDoc(text).tokens();
  const texts = tokens.out(its.value);
  const words = tokens.out(its.normal);
  const stems = tokens.out(its.stem);
  const tags = tokens.out(its.pos);
  const types = tokens.out(its.type);
  return words.flatMap((word, index) => {
    const type = types[index];
    if (type !== "word" && type !== "number" && type !== "alpha_num") return [];
    return [
      {
        word,
        text: texts[index] ?? word,
        stem: stems[index] ?? word,
        pos: tags[index] ?? "X",
        isContent: isContentWord(word),
      },
    ];
  });
}

/** The distinct stems of a text's content words. */
export const stemSet = (text: string): Set<string> =>
  new Set(tokensOf(text).flatMap(({ stem, isContent }) => (isContent ? [stem] : [])));
