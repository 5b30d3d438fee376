/** A token of an expression: a word, `#name`, `:value`, number or symbol; `end` has no text. */
export interface Token {
  readonly kind: "word" | "name" | "value" | "number" | "symbol" | "unknown" | "end";
  readonly text: string;
  /** Offset in the expression. */
  readonly at: number;
}

const KINDS = ["name", "value", "word", "number", "symbol", "unknown"] as const;
const TOKEN = /\s*(?:(#\w+)|(:\w+)|([A-Za-z]\w*)|(\d+)|(<>|<=|>=|[=<>(),.[\]+-])|(\S))/gy;

/** Cuts an expression into tokens; the last one is `end`. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  for (const match of expression.matchAll(TOKEN)) {
    const group = KINDS.findIndex((_, at) => match[at + 1] !== undefined);
    const text = match[group + 1] ?? "";
    tokens.push({
      kind: KINDS[group] ?? "unknown",
      text,
      at: match.index + match[0].length - text.length,
    });
  }
  tokens.push({ kind: "end", text: "<EOF>", at: expression.length });
  return tokens;
}
