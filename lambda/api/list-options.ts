import type * as z from "zod";
import type { ListOptions } from "../core/run-filter.ts";
import type { ListQuery } from "./schemas.ts";

/** What a query of a list asks for. */
export function listOptions({ attribute, ...filters }: z.output<typeof ListQuery>): ListOptions {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(attribute && attributesOf(attribute)) };
}

const attributesOf = (pairs: readonly string[]) => ({
  attributes: Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf(":")), pair.slice(pair.indexOf(":") + 1)]),
  ),
});
