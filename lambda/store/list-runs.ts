import type { EpochMs } from "../core/clock.ts";
import { type Item, number, requiredNumber, text } from "./attributes.ts";
import { listShard, startedKey } from "./start-run.ts";
import { type Meta, metaFrom, isExpired, runIdFrom } from "./meta.ts";
import { newestFirst } from "./newest-first.ts";
import { ATTENTION_SHARDS, LIST_SHARDS } from "./schema.ts";
import type { Table } from "./table.ts";

/** Where in a list, newest first, a page begins and ends. */
export interface ListWindow {
  /** Entries of this time or later. */
  readonly since: EpochMs;
  /** Entries before this time, or of this time with an id below `beforeId`. */
  readonly until: EpochMs;
  readonly beforeId?: string | undefined;
}

const DAY_MS = 86_400_000;
const day = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);

/**
 * Runs started in a window, newest first, day by day: each day's shards are read side by side and merged.
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
    const index = {
      shards: LIST_SHARDS,
      sortKey: startedKeyIn,
      read: (shard: number, startAfter?: Item) =>
        table.query({
          index: "list",
          condition: "#listShard = :shard AND #startedKey BETWEEN :from AND :upTo",
          values: {
            ":shard": text(listShard(day(at), shard)),
            ":from": text(from),
            ":upTo": text(upTo),
          },
          descending: true,
          limit: pageSize,
          startAfter,
        }),
    };
    for await (const entries of newestFirst(index, pageSize, (one) => startedKeyIn(one) < upTo)) {
      const metas = await metasOf(table, entries, now);
      yield* metas.sort(newer(({ id, startedAt }) => startedKey(startedAt, id)));
    }
  }
}

/**
 * Failed and blocked runs that became so in a window, newest first. An entry of the index that lags behind is
 * left out: its run was resumed, or has failed anew, and then it has another entry.
 */
export async function* listAttention(
  table: Table,
  window: ListWindow,
  pageSize: number,
  now: EpochMs,
): AsyncIterable<Meta> {
  const { since, until, beforeId = "" } = window;
  const index = {
    shards: ATTENTION_SHARDS,
    sortKey: (entry: Item) => startedKey(attentionAtIn(entry), ""),
    read: (shard: number, startAfter?: Item) =>
      table.query({
        index: "attention",
        condition: "#attentionShard = :shard AND #attentionAt BETWEEN :since AND :until",
        values: {
          ":shard": text(String(shard)),
          ":since": number(since),
          ":until": number(until),
        },
        descending: true,
        limit: pageSize,
        startAfter,
      }),
  };
  const isWanted = (entry: Item) => attentionAtIn(entry) < until || runIdFrom(entry) < beforeId;
  for await (const entries of newestFirst(index, pageSize, isWanted)) {
    const times = new Map(entries.map((entry) => [runIdFrom(entry), attentionAtIn(entry)]));
    const metas = await metasOf(table, entries, now);
    yield* metas
      .filter(({ id, attentionAt }) => attentionAt === times.get(id))
      .sort(newer(({ id, attentionAt = 0 }) => startedKey(attentionAt, id)));
  }
}

async function metasOf(table: Table, entries: readonly Item[], now: EpochMs): Promise<Meta[]> {
  const items = await table.batchGet(entries.map(({ pk, sk }) => ({ pk, sk }) as Item));
  return items.map(metaFrom).filter(({ ttl }) => !isExpired(ttl, now));
}

const newer =
  (keyOf: (meta: Meta) => string) =>
  (a: Meta, b: Meta): number =>
    keyOf(a) < keyOf(b) ? 1 : -1;

const startedKeyIn = (entry: Item): string => entry["startedKey"]?.S ?? "";
const attentionAtIn = (entry: Item): EpochMs => requiredNumber(entry, "attentionAt");
