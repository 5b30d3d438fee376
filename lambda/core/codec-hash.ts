import { createHash } from "node:crypto";
import { toText } from "./codec-text.ts";

/**
 * SHA-256 of a value, 64 hexadecimal characters: equal for values that `encodeValue` keeps apart
 * only by the order of object keys or by which objects are shared.
 * @throws ValueNotSerializableError for what cannot be recorded
 */
export const hashValue = (value: unknown): string =>
  createHash("sha256").update(canonical(value, [])).digest("hex");

/** @param outer the objects that this value stands in */
function canonical(value: unknown, outer: readonly object[]): string {
  if (typeof value !== "object" || value === null) return toText(value, "value");
  const level = outer.indexOf(value);
  if (level >= 0) return `^${level}`;
  const all = (values: Iterable<unknown>) =>
    Array.from(values, (one) => canonical(one, [...outer, value])).join();
  if (Array.isArray(value)) return `[${all(value)}]`;
  if (value instanceof Map) return `Map[${all([...value].flat())}]`;
  if (value instanceof Set) return `Set[${all(value)}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return toText(value, "value");
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${all(entries.flat())}}`;
}
