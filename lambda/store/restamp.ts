import { ValueUnreadableError } from "../core/errors.ts";
import { number, text } from "./attributes.ts";
import type { Message, Page } from "./mailbox.ts";
import { historyOf, type Meta } from "./meta.ts";
import { metaKey } from "./schema.ts";
import { type Ownership, type OwnedWrite, updateOwned } from "./owned.ts";
import { readPage } from "./spill.ts";
import type { Table } from "./table.ts";
import { isReference, type Values } from "./values.ts";

/** The partitions that a live run needs: its history, and those of earlier rounds that its messages are in. */
export async function partitionsOf(values: Values, meta: Meta): Promise<string[]> {
  const pages = await Promise.all(meta.spilled.map((page) => readIfThere(values, page)));
  const messages = [...pages.flat(), ...meta.box].map(({ value }) => value);
  const references = [...meta.spilled, ...messages].filter(isReference);
  return [...new Set([historyOf(meta), ...references.map(({ pk }) => pk)])];
}

/** A page that is gone fails the run once it waits for a message, and not before. */
async function readIfThere(values: Values, page: Page): Promise<readonly Message[]> {
  try {
    return await readPage(values, page);
  } catch (error) {
    if (error instanceof ValueUnreadableError) return [];
    throw error;
  }
}

/**
 * Rule 17: gives every record of a live run's partitions, then META, a later end of life. Records
 * first: META's `histTtl` promises what they have.
 */
export async function restampHistory(
  table: Table,
  me: Ownership,
  tx: string,
  partitions: readonly string[],
  ttlSeconds: number,
): Promise<OwnedWrite> {
  for (const partition of partitions) await restampPartition(table, partition, ttlSeconds);
  return updateOwned(
    table,
    me,
    tx,
    { set: "#ttl = :ttl, #histTtl = :ttl" },
    { ":ttl": number(ttlSeconds) },
  );
}

/**
 * The same for a run that nobody claims, paused or blocked. Records that have got their new end are passed over:
 * a sweep that is cut off is gone on with by the next.
 */
export async function restampResting(
  table: Table,
  run: Meta,
  tx: string,
  partitions: readonly string[],
  ttlSeconds: number,
): Promise<void> {
  for (const partition of partitions) {
    await restampPartition(table, partition, ttlSeconds, run.historyTtl);
  }
  const { pk, sk } = metaKey(run.id);
  // Refused when it is claimable again, or has been given one: whoever claims it looks for itself.
  await table.update({
    key: { pk: text(pk), sk: text(sk) },
    update: "SET #tx = :tx, #ttl = :ttl, #histTtl = :ttl",
    condition:
      "attribute_exists(#pk) AND #inc = :inc AND #gen = :gen AND #status IN (:paused, :blocked) AND #histTtl < :ttl",
    values: {
      ":tx": text(tx),
      ":ttl": number(ttlSeconds),
      ":inc": text(run.incarnation),
      ":gen": number(run.generation),
      ":paused": text("paused"),
      ":blocked": text("blocked"),
    },
    returns: "NONE",
  });
}

async function restampPartition(
  table: Table,
  partition: string,
  ttlSeconds: number,
  above = 0,
): Promise<void> {
  let startAfter: Parameters<Table["query"]>[0]["startAfter"];
  do {
    const { items, next } = await table.query({
      condition: "#pk = :pk",
      values: { ":pk": text(partition) },
      startAfter,
    });
    startAfter = next;
    for (const { pk, sk, ttl } of items) {
      if (!pk || !sk || (above > 0 && Number(ttl?.N ?? 0) > above)) continue;
      await table.update({
        key: { pk, sk },
        update: "SET #ttl = :ttl",
        condition: "attribute_exists(#pk)",
        values: { ":ttl": number(ttlSeconds) },
        returns: "NONE",
      });
    }
  } while (startAfter);
}
