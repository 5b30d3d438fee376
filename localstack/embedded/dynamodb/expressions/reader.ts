import type { AwsError } from "../../aws-error.ts";
import { validationError } from "../errors.ts";
import type { AttributeType } from "../item.ts";
import { typeOf } from "../item.ts";
import type { Path, ValueCheck, ValueOperand } from "./ast.ts";
import { type Token, tokenize } from "./lexer.ts";
import { isReservedWord } from "./reserved-words.ts";

/** The names map of a request: `#placeholder` to attribute name. */
export type Names = Readonly<Record<string, string>>;

/** Limits of an expression ("Quotas in Amazon DynamoDB"). */
const MAX_BYTES = 4096;
const MAX_OPERATORS = 300;

/**
 * Reads an expression token by token, and keeps what it has used: names, values, and checks that
 * its values must pass at each request. Everything it refuses is a `ValidationException` whose
 * message begins with `Invalid <parameter>: `.
 */
export class Reader {
  /** Name of the request's member, as `ConditionExpression`. */
  readonly parameter: string;
  /** Placeholders of names that were read. */
  readonly usedNames = new Set<string>();
  /** Placeholders of values that were read. */
  readonly usedValues = new Set<string>();
  /** Top-level attributes of the paths that were read. */
  readonly attributes = new Set<string>();
  readonly checks: ValueCheck[] = [];
  readonly #text: string;
  readonly #names: Names;
  readonly #tokens: readonly Token[];
  #position = 0;
  #operators = 0;

  constructor(parameter: string, text: string, names: Names) {
    this.parameter = parameter;
    this.#text = text;
    this.#names = names;
    const bytes = Buffer.byteLength(text);
    if (text.trim() === "") throw this.error("The expression can not be empty;");
    if (bytes > MAX_BYTES) {
      throw this.error(
        `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
      );
    }
    this.#tokens = tokenize(text);
  }

  /** The token `ahead` places further, without taking it. */
  peek(ahead = 0): Token {
    const at = Math.min(this.#position + ahead, this.#tokens.length - 1);
    return this.#tokens[at] ?? { kind: "end", text: "<EOF>", at: this.#text.length };
  }

  /** Takes the next token. */
  take(): Token {
    const token = this.peek();
    this.#position++;
    return token;
  }

  /** Takes the next token if it is this symbol. */
  accept(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== "symbol" || text !== symbol) return false;
    this.#position++;
    return true;
  }

  /** Takes the next token if it is this word, in any case. */
  acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#position++;
    return true;
  }

  /** Whether the next token is this word, in any case. */
  isWord(word: string): boolean {
    const { kind, text } = this.peek();
    return kind === "word" && text.toUpperCase() === word;
  }

  /** Whether a function call stands next: a word and an opening parenthesis. */
  isCall(): boolean {
    return this.peek().kind === "word" && this.peek(1).text === "(";
  }

  /** Takes this symbol; anything else is a syntax error. */
  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.syntaxError();
  }

  /** Makes sure that nothing is left. */
  expectEnd(): void {
    if (this.peek().kind !== "end") throw this.syntaxError();
  }

  /** Counts an operator or function; an expression may hold 300. */
  countOperator(): void {
    if (++this.#operators <= MAX_OPERATORS) return;
    throw this.error(
      "The expression contains too many operators; " +
        `operator count: ${this.#operators}; max: ${MAX_OPERATORS}`,
    );
  }

  /** Reads a document path. */
  path(): Path {
    const name = this.#name();
    this.attributes.add(name);
    const rest: (string | number)[] = [];
    for (;;) {
      if (this.accept(".")) rest.push(this.#name());
      else if (this.accept("[")) rest.push(this.#listPosition());
      else return { name, rest };
    }
  }

  /** Whether a document path stands next. */
  isPath(): boolean {
    const { kind } = this.peek();
    return kind === "word" || kind === "name";
  }

  /** Reads a value placeholder. */
  value(): ValueOperand {
    if (this.peek().kind !== "value") throw this.syntaxError();
    const { text: name } = this.take();
    this.usedValues.add(name);
    return { kind: "value", name };
  }

  /** Demands at each request that a value be of one of some types. */
  demandType(
    operand: { readonly kind: string; readonly name?: string },
    operator: string,
    allowed: readonly AttributeType[],
  ): void {
    const { name } = operand;
    if (operand.kind !== "value" || name === undefined) return;
    this.checks.push((values) => {
      const value = values[name];
      const type = value && typeOf(value);
      if (!type || allowed.includes(type)) return undefined;
      return (
        `Invalid ${this.parameter}: Incorrect operand type for operator or function; ` +
        `operator or function: ${operator}, operand type: ${type}`
      );
    });
  }

  /** What is wrong with this expression. */
  error(problem: string): AwsError {
    return validationError(`Invalid ${this.parameter}: ${problem}`);
  }

  /** The next token has no place here. */
  syntaxError(): AwsError {
    const { text, at } = this.peek();
    const near = this.#text.slice(Math.max(0, at - 10), at + text.length + 10).trim();
    return this.error(`Syntax error; token: "${text}", near: "${near}"`);
  }

  #name(): string {
    if (!this.isPath()) throw this.syntaxError();
    const { kind, text } = this.take();
    if (kind === "word") {
      if (!isReservedWord(text)) return text;
      throw this.error(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
    }
    const name = Object.hasOwn(this.#names, text) ? this.#names[text] : undefined;
    if (name === undefined) {
      throw this.error(
        "An expression attribute name used in the document path is not defined; " +
          `attribute name: ${text}`,
      );
    }
    this.usedNames.add(text);
    return name;
  }

  #listPosition(): number {
    if (this.peek().kind !== "number") throw this.syntaxError();
    const position = Number(this.take().text);
    this.expect("]");
    return position;
  }
}
