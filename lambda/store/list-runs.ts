import type { EpochMs } from "../core/clock.ts";
import { type Item, text } from "./attributes.ts";
import { listShard, startedKey } from "./start-run.ts";
import { type Meta, metaFrom, isExpired } from "./meta.ts";
import { LIST_SHARDS } from "./schema.ts";
import type { Table } from "./table.ts";

/** Where in the list, newest first, a page begins and ends. */
export interface ListWindow {
  /** Runs started at or after this. */
  readonly since: EpochMs;
  /** Runs started before this, or at it with an id below `beforeId`. */
  readonly until: EpochMs;
  readonly beforeId?: string | undefined;
}

const DAY_MS = 86_400_000;
const day = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);

/**
 * Runs in a window, newest first, day by day: each day's shards are read side by side and merged.
 * Runs that META no longer has, or whose time to live is over, are left out.
 */
export async function* listRuns(
  table: Table,
  window: ListWindow,
  pageSize: number,
  now: EpochMs,
): AsyncIterable<Meta> {
  const upTo = startedKey(window.until, window.beforeId ?? "");
  const from = startedKey(window.since, "");
  const firstDay = day(window.since);
  for (let at = window.until; day(at) >= firstDay; at -= DAY_MS) {
    for await (const keys of mergedDay(table, day(at), from, upTo, pageSize)) {
      const items = await table.batchGet(keys.map(({ pk, sk }) => ({ pk, sk }) as Item));
      const metas = items.map(metaFrom).filter(({ ttl }) => !isExpired(ttl, now));
      yield* metas.sort((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1));
    }
  }
}

const sortKey = (meta: Meta): string => startedKey(meta.startedAt, meta.id);

interface Cursor {
  items: Item[];
  next: Item | undefined;
}

/** Index entries of one day, newest first, in chunks of about `pageSize`. */
async function* mergedDay(
  table: Table,
  date: string,
  from: string,
  upTo: string,
  pageSize: number,
): AsyncIterable<Item[]> {
  const read = (shard: number, startAfter?: Item): Promise<Cursor> =>
    table.query({
      index: "list",
      condition: "#listShard = :shard AND #startedKey BETWEEN :from AND :upTo",
      values: { ":shard": text(listShard(date, shard)), ":from": text(from), ":upTo": text(upTo) },
      descending: true,
      limit: pageSize,
      startAfter,
    });
  const cursors = await Promise.all(Array.from({ length: LIST_SHARDS }, (_, shard) => read(shard)));
  let chunk: Item[] = [];
  for (;;) {
    for (const [shard, cursor] of cursors.entries()) {
      while (cursor.items.length === 0 && cursor.next)
        cursors[shard] = await read(shard, cursor.next);
    }
    const newest = cursors
      .filter(({ items }) => items.length > 0)
      .reduce<Cursor | undefined>(
        (best, one) => (!best || head(one) > head(best) ? one : best),
        undefined,
      );
    const entry = newest?.items.shift();
    if (entry && (entry["startedKey"]?.S ?? "") < upTo) chunk.push(entry);
    if (!entry || chunk.length >= pageSize) {
      if (chunk.length > 0) yield chunk;
      chunk = [];
    }
    if (!entry) return;
  }
}

const head = ({ items }: Cursor): string => items[0]?.["startedKey"]?.S ?? "";
