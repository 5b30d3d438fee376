import { ValueNotSerializableError } from "../core/errors.ts";

/** An error as the API shows it. */
export interface ShownError {
  readonly name: string;
  readonly message: string;
  readonly [property: string]: unknown;
}

/**
 * What the API shows of a value: dates, bigints, regular expressions and URLs as text, a Set as an array, a
 * Map as an array of pairs, bytes as base64.
 */
export type AsJson<T> = unknown extends T
  ? T
  : T extends bigint | Date | RegExp | URL | URLSearchParams | ArrayBuffer | ArrayBufferView
    ? string
    : T extends Error
      ? ShownError
      : T extends ReadonlyMap<infer Key, infer Value>
        ? [AsJson<Key>, AsJson<Value>][]
        : T extends ReadonlySet<infer Item>
          ? AsJson<Item>[]
          : T extends object
            ? { [Key in keyof T]: AsJson<T[Key]> }
            : T;

/** How deep a value may be nested, as anywhere in Savepoint. */
const NESTING_MAX = 500;

/**
 * Makes sure that JSON says the whole of a value: by itself it makes `{}` of a Map, `null` of NaN, and text
 * of a date, which the other side would not take for one.
 * @param what what the value is, for the message
 * @throws ValueNotSerializableError that names the place
 */
export function assertJson(value: unknown, what: string): void {
  check(value, { what, path: "", depth: 0 });
}

interface Place {
  readonly what: string;
  readonly path: string;
  readonly depth: number;
}

function check(value: unknown, place: Place): void {
  const { what, path, depth } = place;
  if (value === null || value === undefined || typeof value === "boolean") return;
  if (typeof value === "string" || (typeof value === "number" && Number.isFinite(value))) return;
  if (depth > NESTING_MAX) refuse(place, `is nested over ${NESTING_MAX} levels deep`);
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) {
      if (one === undefined) refuse({ ...place, path: `${path}[${index}]` }, "is undefined");
      check(one, { what, path: `${path}[${index}]`, depth: depth + 1 });
    }
    return;
  }
  if (!isPlainObject(value)) refuse(place, `is ${kindOf(value)}`);
  for (const [key, one] of Object.entries(value)) {
    check(one, { what, path: `${path}.${key}`, depth: depth + 1 });
  }
}

function refuse({ what, path }: Place, problem: string): never {
  throw new ValueNotSerializableError(
    `${what}${path === "" ? "" : ` at ${path}`} ${problem}, which JSON cannot say; give text, numbers, booleans, null, arrays and plain objects`,
    { path },
  );
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function kindOf(value: unknown): string {
  if (typeof value === "object" && value !== null) return `a ${value.constructor.name}`;
  return typeof value === "number" ? String(value) : `a ${typeof value}`;
}
