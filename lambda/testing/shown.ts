import { inspect } from "node:util";

/** Longest text of a value in a message, characters. */
const LENGTH_MAX = 300;

/** A value in an error message: on one line, shortened; an error as its name and message. */
export function shown(value: unknown): string {
  const text =
    value instanceof Error
      ? `${value.name}: ${value.message}`
      : inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 6 });
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX - 1)}…`;
}
