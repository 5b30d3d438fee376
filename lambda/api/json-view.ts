import { types } from "node:util";

/**
 * A recorded value as JSON can say it, for reading rather than for getting the same value back:
 * dates, bigints, regular expressions and URLs as text, a Set as an array, a Map as an array of
 * pairs, bytes as base64, NaN and infinities as null, an error as an object of its name, message,
 * cause and properties. A place that leads back to what it stands in says `[circular]`.
 */
export const jsonView = (value: unknown): unknown => view(value, []);

/** @param outer the objects that this value stands in */
function view(value: unknown, outer: readonly object[]): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (outer.includes(value)) return "[circular]";
  const inside = [...outer, value];
  const inner = (one: unknown) => view(one, inside);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams) {
    return String(value);
  }
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
    return Array.from(value, inner);
  }
  if (value instanceof ArrayBuffer) return base64(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return base64(value);
  if (value instanceof Error) return errorView(value, inner);
  if (types.isBoxedPrimitive(value)) return inner(value.valueOf());
  return entriesView(value, inner);
}

const base64 = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

const entriesView = (value: object, inner: (one: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one)]));

const errorView = (error: Error, inner: (one: unknown) => unknown): Record<string, unknown> => ({
  name: error.name,
  message: error.message,
  ...entriesView(error, inner),
  ...(error instanceof AggregateError && { errors: inner(error.errors) }),
  ...(error.cause !== undefined && { cause: inner(error.cause) }),
});
