import { number, text } from "./attributes.ts";
import { type Ownership, type OwnedWrite, updateOwned } from "./owned.ts";
import type { Table } from "./table.ts";

/**
 * Rule 17: gives every record of a live run's history, then META, a later end of life. Records
 * first: META's `histTtl` promises what they have.
 */
export async function restampHistory(
  table: Table,
  me: Ownership,
  tx: string,
  historyPk: string,
  ttlSeconds: number,
): Promise<OwnedWrite> {
  let startAfter: Parameters<Table["query"]>[0]["startAfter"];
  do {
    const { items, next } = await table.query({
      condition: "#pk = :pk",
      values: { ":pk": text(historyPk) },
      startAfter,
    });
    startAfter = next;
    for (const { pk, sk } of items) {
      if (!pk || !sk) continue;
      await table.update({
        key: { pk, sk },
        update: "SET #ttl = :ttl",
        condition: "attribute_exists(#pk)",
        values: { ":ttl": number(ttlSeconds) },
        returns: "NONE",
      });
    }
  } while (startAfter);
  return updateOwned(
    table,
    me,
    tx,
    { set: "#ttl = :ttl, #histTtl = :ttl" },
    { ":ttl": number(ttlSeconds) },
  );
}
