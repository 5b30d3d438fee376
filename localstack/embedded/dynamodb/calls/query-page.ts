import type { Item } from "../item.ts";
import type { Entry, SortedEntries } from "../sorted-entries.ts";
import type { KeyRange } from "./key-range.ts";
import type { Cursor } from "./query-source.ts";

/** A page ends with the item that brings it to this size ("Paginating table query results"). */
const MAX_PAGE_BYTES = 1024 * 1024;

/** Which part of a partition to read. */
export interface PageRequest {
  readonly entries: SortedEntries<Entry> | undefined;
  readonly boundsIn: KeyRange["boundsIn"];
  readonly cursor: Cursor | undefined;
  readonly isForward: boolean;
  /** Items to look at, those that the filter leaves out included. */
  readonly limit: number;
  readonly accepts: (item: Item) => boolean;
}

/** One page of a query. */
export interface Page {
  readonly items: readonly Item[];
  readonly scanned: number;
  /** Bytes of all items that were looked at. */
  readonly bytes: number;
  /**
   * The item with which the page filled up: the query goes on behind it, even if nothing follows.
   * Undefined when the page ended because its range did.
   */
  readonly last: Item | undefined;
}

/** Reads a page. */
export function readPage(request: PageRequest): Page {
  const { entries, isForward, limit } = request;
  const items: Item[] = [];
  let scanned = 0;
  let bytes = 0;
  if (!entries) return { items, scanned, bytes, last: undefined };
  const [from, to] = rest(entries, request);
  for (let step = 0; step < to - from; step++) {
    const entry = entries.at(isForward ? from + step : to - 1 - step);
    if (!entry) break;
    scanned++;
    bytes += entry.size;
    if (request.accepts(entry.item)) items.push(entry.item);
    if (scanned >= limit || bytes >= MAX_PAGE_BYTES) {
      return { items, scanned, bytes, last: entry.item };
    }
  }
  return { items, scanned, bytes, last: undefined };
}

/** The bounds of what is left behind the cursor. */
function rest(
  entries: SortedEntries<Entry>,
  { boundsIn, cursor, isForward }: PageRequest,
): readonly [number, number] {
  const [from, to] = boundsIn(entries);
  if (!cursor) return [from, to];
  const at = entries.startOf(cursor.order, cursor.identity);
  if (!isForward) return [from, Math.min(to, at)];
  const isThere = entries.find(cursor.order, cursor.identity) !== undefined;
  return [Math.max(from, at + Number(isThere)), to];
}
