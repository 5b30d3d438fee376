import { createHash } from "node:crypto";
import { isMostlyHoles, NESTING_MAX } from "./codec-bounds.ts";
import { identityOfError } from "./codec-errors.ts";
import { beyond, refusal, toText } from "./codec-text.ts";
import { SavepointError, ValueTooLargeError } from "./errors.ts";

/** Most parts that a value may have, an object's counted wherever it is referred to. */
const PARTS_MAX = 16 * 1_048_576;

/**
 * SHA-256 of a value, 64 hexadecimal characters: equal for values that `encodeValue` keeps apart
 * only by the order of object keys, by which objects are shared, or by the stacks of errors.
 * @param what what the value is, for error messages
 * @throws ValueNotSerializableError for what cannot be recorded, ValueTooLargeError for objects that refer
 * to each other so often that written out they would not end
 */
export function hashValue(value: unknown, what = "value"): string {
  try {
    assertEnds(value, what);
    return createHash("sha256")
      .update(canonical(value, [], what))
      .digest("hex");
  } catch (error) {
    throw error instanceof SavepointError ? error : refusal(what, error);
  }
}

function assertEnds(value: unknown, what: string): void {
  const parts = new Parts(what).of(value, 0);
  if (parts <= PARTS_MAX) return;
  throw new ValueTooLargeError(
    `${what} has over ${PARTS_MAX.toLocaleString("en")} parts when each object counts wherever it is referred to; refer to objects by a key instead`,
    { bytes: parts, limit: PARTS_MAX },
  );
}

/** Counts the parts of values, which takes no longer however often an object is referred to. */
class Parts {
  readonly #what: string;
  readonly #known = new Map<object, number>();

  constructor(what: string) {
    this.#what = what;
  }

  of(value: unknown, depth: number): number {
    if (typeof value !== "object" || value === null) return 1;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (depth >= NESTING_MAX) throw beyond(this.#what, { path: "", kind: "nesting" });
    this.#known.set(value, 1);
    let parts = 1;
    for (const part of partsOf(value, this.#what)) parts += this.of(part, depth + 1);
    this.#known.set(value, parts);
    return parts;
  }
}

function partsOf(value: object, what: string): Iterable<unknown> {
  if (Array.isArray(value)) {
    if (isMostlyHoles(value)) throw beyond(what, { path: "", kind: "holes" });
    return value;
  }
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return value;
  return isPlain(value) ? Object.values(value) : [];
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @param outer the objects that this value stands in */
function canonical(value: unknown, outer: readonly object[], what: string): string {
  if (typeof value !== "object" || value === null) return toText(value, what);
  const level = outer.indexOf(value);
  if (level >= 0) return `^${level}`;
  // An object can be met first in a shallow place and again in a deep one.
  if (outer.length >= NESTING_MAX) throw beyond(what, { path: "", kind: "nesting" });
  const all = (values: Iterable<unknown>) =>
    Array.from(values, (one) => canonical(one, [...outer, value], what)).join();
  if (Array.isArray(value)) return `[${all(value)}]`;
  if (value instanceof Map) return `Map[${all([...value].flat())}]`;
  if (value instanceof Set) return `Set[${all(value)}]`;
  const error = identityOfError(value);
  // As text, which refers to what is met again: what hangs on an error is not counted before.
  if (error) return `Error${toText(error, what)}`;
  if (!isPlain(value)) return toText(value, what);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${all(entries.flat())}}`;
}
