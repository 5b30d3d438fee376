import { withoutInvisible } from "../text/hostile.ts";

/**
 * Text that Markdown shows as it is: no emphasis, link, image, HTML, table or code comes of it. Only what
 * could have a meaning is escaped, to keep the source readable.
 */
export function escaped(text: string): string {
  return withoutInvisible(text)
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/[\\`*[\]<>|~]/g, String.raw`\$&`)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
    .replaceAll(/\b(https?|ftp):(?=\/\/)|\b(www)\.(?=\w)/gi, (address) =>
      address.replace(/.$/, String.raw`\$&`),
    )
    .replaceAll(/&(?=#?\w+;)/g, String.raw`\&`)
    .replace(/^(?:[#+-]+|\d+[.)])(?=\s)/, (mark) => mark.replace(/.$/, String.raw`\$&`));
}

/** The day of a time, as `2024-05-31`. */
export const dayOf = (seconds: number): string =>
  new Date(seconds * 1_000).toISOString().slice(0, 10);

/** The first and last year of some times, as `2019–2024` or `2024`. */
export function yearsOf(times: readonly number[]): string {
  const years = times.map((seconds) => new Date(seconds * 1_000).getUTCFullYear());
  const first = years.reduce((a, b) => Math.min(a, b));
  const last = years.reduce((a, b) => Math.max(a, b));
  return first === last ? String(first) : `${first}–${last}`;
}

/** `1 thread`, `2 threads`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
