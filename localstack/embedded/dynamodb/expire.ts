import type { Database } from "./database.ts";
import { attributeOf, type Item } from "./item.ts";
import { checkItemKey } from "./key-schema.ts";

/** An item that expired longer ago is kept ("Using time to live (TTL) in DynamoDB"). */
const FORGOTTEN_AFTER_SECONDS = 5 * 365 * 24 * 3600;

/** Removes all items whose time to live is over by the database's clock; returns how many. */
export function removeExpired(db: Database): number {
  const now = Math.floor(db.clock.now() / 1000);
  let removed = 0;
  for (const table of db.tables) {
    const { ttlAttribute } = table;
    if (ttlAttribute === undefined) continue;
    const expired = [...table.rows()].filter(({ item }) => isExpired(item, ttlAttribute, now));
    for (const row of expired) {
      table.replace(checkItemKey(table.schema, row.item), row, undefined, 0);
      db.record(["delete", table.name, table.keyOf(row.item)]);
    }
    removed += expired.length;
  }
  return removed;
}

function isExpired(item: Item, attribute: string, now: number): boolean {
  const at = Number(attributeOf(item, attribute)?.N ?? Number.NaN);
  return at <= now && at > now - FORGOTTEN_AFTER_SECONDS;
}
