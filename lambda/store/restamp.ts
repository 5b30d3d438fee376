import { ValueUnreadableError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { number, text } from "./attributes.ts";
import { changeRun } from "./change-run.ts";
import type { Message, Page } from "./mailbox.ts";
import { historyOf, type Meta } from "./meta.ts";
import { type Ownership, type OwnedWrite, updateOwned } from "./owned.ts";
import { readPage } from "./spill.ts";
import type { Table } from "./table.ts";
import { isReference, type Values } from "./values.ts";

/** The partitions that a live run needs: its history, and those of earlier rounds that its mailbox is in. */
export async function partitionsOf(values: Values, meta: Meta): Promise<string[]> {
  const pages = await Promise.all(meta.spilled.map((page) => readIfThere(values, page)));
  const messages = [...pages.flat(), ...meta.box].map(({ value }) => value);
  const references = [...meta.spilled, ...meta.pastPages, ...messages].filter(isReference);
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
 * The same for a run that nobody claims, paused or blocked: a year more than it had. That depends on nothing but
 * what it had, so that a sweep that is cut off is gone on with by the next, and two at once do the same.
 * @returns the end of its records' life from then on, seconds since the epoch
 */
export async function restampResting(
  table: Table,
  run: Meta,
  tx: string,
  partitions: readonly string[],
): Promise<number> {
  const ttlSeconds = run.historyTtl + LIMITS.lifeMs / 1000;
  for (const partition of partitions) await restampPartition(table, partition, ttlSeconds);
  const form = {
    generation: run.generation,
    condition: "#status IN (:paused, :blocked) AND #histTtl < :ttl",
    set: "#ttl = :ttl, #histTtl = :ttl",
    values: {
      ":ttl": number(ttlSeconds),
      ":paused": text("paused"),
      ":blocked": text("blocked"),
    },
  };
  // Left as it is when it is claimable again, or another sweep was first: whoever claims it looks for itself.
  await changeRun(table, run, tx, form, () => undefined);
  return ttlSeconds;
}

/** Never shortens a life: a late copy, or what of a page is good for longer. */
async function restampPartition(
  table: Table,
  partition: string,
  ttlSeconds: number,
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
      if (!pk || !sk || Number(ttl?.N ?? 0) >= ttlSeconds) continue;
      await table.update({
        key: { pk, sk },
        update: "SET #ttl = :ttl",
        condition: "attribute_exists(#pk) AND (attribute_not_exists(#ttl) OR #ttl < :ttl)",
        values: { ":ttl": number(ttlSeconds) },
        returns: "NONE",
      });
    }
  } while (startAfter);
}
