import * as types from "node:util/types";

/** What each builtin class's instances are, whatever name an object gives itself. */
const BRANDS: ReadonlyMap<string, (value: unknown) => boolean> = new Map<
  string,
  (value: unknown) => boolean
>([
  ["Array", Array.isArray],
  ["Date", types.isDate],
  ["RegExp", types.isRegExp],
  ["Map", types.isMap],
  ["Set", types.isSet],
  ["ArrayBuffer", types.isArrayBuffer],
  ["DataView", types.isDataView],
  ["URL", (value) => value instanceof URL],
  ["URLSearchParams", (value) => value instanceof URLSearchParams],
  ...["Number", "String", "Boolean", "BigInt"].map(
    (name) => [name, types.isBoxedPrimitive] as const,
  ),
]);

/**
 * The builtin class of an object, by what it is: `Symbol.toStringTag` lets an object pass for a Date or a
 * URL, and what it then says of itself would be recorded as one.
 */
export function brandOf(value: unknown): string {
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const isReally =
    name.endsWith("Array") && name !== "Array" ? types.isTypedArray : BRANDS.get(name);
  return isReally?.(value) === false ? "Object" : name;
}

/** The text of a date; empty for an invalid one. A subclass may give another, which could not be read. */
export const dateText = (date: Date): string =>
  Number.isNaN(Date.prototype.getTime.call(date)) ? "" : Date.prototype.toISOString.call(date);
