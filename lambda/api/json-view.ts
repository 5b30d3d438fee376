import * as types from "node:util/types";
import { NESTING_MAX } from "../core/codec-bounds.ts";
import { RequestError } from "./failure.ts";

/** Characters that a view may have: more than an answer, so that only what has no end is refused here. */
const VIEW_MAX = 8 * 1_048_576;
/** What a part of a view counts for beside the text it holds. */
const PART_CHARACTERS = 2;

/**
 * A recorded value as JSON can say it, for reading rather than for getting the same value back:
 * dates, bigints, regular expressions and URLs as text, a Set as an array, a Map as an array of
 * pairs, bytes as base64, NaN and infinities as null, an error as an object of its name, message, stack,
 * cause and properties. A place that leads back to what it stands in says `[circular]`.
 * @throws RequestError (507) for what would take over 8 MB, be it because few objects are referred to very
 * often, and for what is nested over 500 levels deep in the end
 */
export const jsonView = (value: unknown): unknown => new View(true).of(value, []);

/**
 * The same of what a request was refused with, without stacks: they are the server's own.
 * @throws what `jsonView` throws
 */
export const refusalView = (value: unknown): unknown => new View(false).of(value, []);

class View {
  #left = VIEW_MAX;
  readonly #hasStacks: boolean;

  constructor(hasStacks: boolean) {
    this.#hasStacks = hasStacks;
  }

  /** @param outer the objects that this value stands in */
  of(value: unknown, outer: readonly object[]): unknown {
    this.#spend(PART_CHARACTERS);
    if (typeof value === "string") this.#spend(value.length);
    if (typeof value === "bigint") return this.#text(String(value));
    if (typeof value !== "object" || value === null) return value;
    if (outer.includes(value)) return "[circular]";
    if (outer.length >= NESTING_MAX) throw tooLarge(`is nested over ${NESTING_MAX} levels deep`);
    const inside = [...outer, value];
    return this.#object(value, (one) => this.of(one, inside));
  }

  #object(value: object, inner: (one: unknown) => unknown): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams) {
      return this.#text(String(value));
    }
    if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
      const size = Array.isArray(value) ? value.length : value.size;
      // Before it is gone through: empty places cost nothing where they are stored.
      this.#spend(size * PART_CHARACTERS);
      return Array.from(value, inner);
    }
    if (value instanceof ArrayBuffer) return this.#base64(new Uint8Array(value));
    if (ArrayBuffer.isView(value)) return this.#base64(value);
    if (value instanceof Error) return this.#error(value, inner);
    if (types.isBoxedPrimitive(value)) return inner(value.valueOf());
    return this.#entries(value, inner);
  }

  #error(error: Error, inner: (one: unknown) => unknown): Record<string, unknown> {
    return {
      name: error.name,
      message: this.#text(error.message),
      ...this.#stack(error),
      ...this.#entries(error, inner),
      ...(error instanceof AggregateError && { errors: inner(error.errors) }),
      ...(error.cause !== undefined && { cause: inner(error.cause) }),
    };
  }

  /** Nothing of an error that was recorded without frames. */
  #stack({ stack }: Error): { readonly stack?: string } {
    const isTold = this.#hasStacks && typeof stack === "string" && stack.includes("\n    at ");
    return isTold ? { stack: this.#text(stack) } : {};
  }

  #entries(value: object, inner: (one: unknown) => unknown): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [this.#text(key), inner(one)]),
    );
  }

  #base64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
    return this.#text(Buffer.from(buffer, byteOffset, byteLength).toString("base64"));
  }

  #text(text: string): string {
    this.#spend(text.length);
    return text;
  }

  #spend(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) throw tooLarge(`has over ${VIEW_MAX.toLocaleString("en")} characters`);
  }
}

const tooLarge = (what: string): RequestError =>
  new RequestError(
    507,
    "answer_too_large",
    `the answer ${what} as JSON; read the value with a client inside the account`,
  );
