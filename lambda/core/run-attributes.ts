import { InvalidArgumentError } from "./errors.ts";

/** Short texts by name that a run is started with, and can be found by. */
export type RunAttributes = Readonly<Record<string, string>>;

/** Attributes of one run. */
const COUNT_MAX = 10;
// The SDK would lose a key __proto__.
const NAME = /^(?!__proto__$)[A-Za-z0-9._-]{1,50}$/;
/** Longest value, characters. */
const VALUE_MAX = 200;

/**
 * Checks attributes that a user gives.
 * @throws InvalidArgumentError unless they are at most 10, with names of 1 to 50 of
 * `A–Z a–z 0–9 . _ -` and texts of at most 200 characters
 */
export function assertRunAttributes(attributes: unknown): asserts attributes is RunAttributes {
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) {
    throw new InvalidArgumentError(
      `attributes are ${shown(attributes)}; give an object of texts by name`,
    );
  }
  const entries: [string, unknown][] = Object.entries(attributes);
  if (entries.length > COUNT_MAX) {
    throw new InvalidArgumentError(
      `there are ${entries.length} attributes; give at most ${COUNT_MAX}`,
    );
  }
  for (const [name, value] of entries) {
    if (!NAME.test(name)) {
      throw new InvalidArgumentError(
        `${shown(name)} is not a name for an attribute; use 1 to 50 of A-Z a-z 0-9 . _ -`,
      );
    }
    if (typeof value !== "string" || value.length > VALUE_MAX) {
      throw new InvalidArgumentError(
        `attribute "${name}" is ${shown(value)}; give a text of at most ${VALUE_MAX} characters`,
      );
    }
  }
}

function shown(value: unknown): string {
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > VALUE_MAX ? `${value.slice(0, VALUE_MAX)}…` : value);
}
