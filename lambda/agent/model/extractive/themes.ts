import { type Token, tokensOf } from "./language.ts";

/** Something several people speak of. */
export interface Theme {
  /** The word or two as most people write them. */
  readonly label: string;
  /** Stems, joined by a space. */
  readonly key: string;
  /** Who speaks of it. */
  readonly authors: ReadonlySet<string>;
}

/** A text and who wrote it. */
export interface Statement {
  readonly author: string;
  readonly text: string;
}

/** Nouns too general to be what a discussion is about. */
const GENERAL = new Set(
  `advantage advice amount answer anyone approach area article aspect author blog bit case chance choice code
  comment company couple day deal detail difference edit effort end everyone everything example experience
  fact feature feel folk front guy half hand head help hour idea issue job kind level life line list look
  matter mind minute moment month name nothing number one option order others paper part people person
  place plenty point post price problem project question reason rest result sense side size someone
  something sort stuff success talk team term thing thread time title today top trick type user version
  view way week word work world year yesterday ask hn show tell launch`.split(/\s+/),
);

/** Two words say more than one, and titles name what a discussion is about: so they count for more. */
const PAIR = 1.5;
const NAMED = 1.5;

/**
 * What the statements speak of apart from `known`: nouns and pairs of them that at least two authors
 * use, those of most authors first. What titles name weighs more.
 * @param known stems of the topic, which every statement shares
 * @param titles of the threads the statements are from
 */
export function themesOf(
  statements: readonly Statement[],
  known: ReadonlySet<string>,
  titles: readonly string[],
): Theme[] {
  const named = ` ${titles.flatMap((title) => tokensOf(title).map(({ stem }) => stem)).join(" ")} `;
  const weight = ({ key, authors }: Theme): number =>
    authors.size * (key.includes(" ") ? PAIR : 1) * (named.includes(` ${key} `) ? NAMED : 1);
  const themes = new Map<string, { authors: Set<string>; labels: Map<string, number> }>();
  for (const { author, text } of statements) {
    for (const { key, label } of termsOf(tokensOf(text), known)) {
      const theme = themes.get(key) ?? { authors: new Set(), labels: new Map() };
      theme.authors.add(author);
      theme.labels.set(label, (theme.labels.get(label) ?? 0) + 1);
      themes.set(key, theme);
    }
  }
  const found = [...themes].map(([key, { authors, labels }]) => {
    const [first] = [...labels].toSorted(([a, x], [b, y]) => y - x || compare(a, b));
    return { key, label: first?.[0] ?? key, authors };
  });
  return withoutParts(
    found
      .filter(({ authors }) => authors.size > 1)
      .toSorted((a, b) => weight(b) - weight(a) || compare(a.key, b.key)),
  );
}

interface Term {
  readonly key: string;
  readonly label: string;
}

/** Whether a statement speaks of a theme, by the stems of its words in order. */
export function speaksOf({ key }: Theme, stems: readonly string[]): boolean {
  return ` ${stems.join(" ")} `.includes(` ${key} `);
}

function* termsOf(tokens: readonly Token[], known: ReadonlySet<string>): Generator<Term> {
  for (const [index, token] of tokens.entries()) {
    if (!isNoun(token) || known.has(token.stem)) continue;
    if (isSpecific(token)) yield { key: token.stem, label: token.text };
    const next = tokens[index + 1];
    if (next && isNoun(next) && !known.has(next.stem)) {
      yield { key: `${token.stem} ${next.stem}`, label: `${token.text} ${next.text}` };
    }
  }
}

/** Whether a word can by itself be what a statement is about. */
export const isSpecific = (token: Token): boolean =>
  isNoun(token) && !GENERAL.has(token.word) && !GENERAL.has(token.stem);

const isNoun = ({ pos, word, isContent }: Token): boolean =>
  (pos === "NOUN" || pos === "PROPN") &&
  isContent &&
  /^\p{L}[\p{L}\p{N}.+#-]+[\p{L}\p{N}+#]$/u.test(word);

/** Of `workflow engine`, `workflow` and `engine` only the first to come is a theme. */
function withoutParts(themes: readonly Theme[]): Theme[] {
  const taken = new Set<string>();
  return themes.filter(({ key }) => {
    const stems = key.split(" ");
    if (stems.some((stem) => taken.has(stem))) return false;
    for (const stem of stems) taken.add(stem);
    return true;
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
