/** A word of a text and where it stands. */
export interface Token {
  /** Lower case, without diacritics. */
  readonly word: string;
  /** Offsets into the text it was read from, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

/**
 * Tags and entities are skipped, words are runs of letters and digits, and `+ # $ .` are words of
 * their own: the index's `separatorsToIndex` (algolia/hn-search, SearchSettings), so that "C#" and
 * "Node.js" can be found.
 */
const TOKEN = /<[^>]*>|&(?:#x?)?[0-9a-z]+;|(?<word>[\p{L}\p{N}]+|[+#$.])/giu;

/** Splits HTML or plain text into the words that the index holds. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const word = match.groups?.["word"];
    if (word !== undefined) {
      tokens.push({ word: fold(word), start: match.index, end: match.index + word.length });
    }
  }
  return tokens;
}

function fold(word: string): string {
  return word.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
