import type { EpochMs } from "../core/clock.ts";
import { isFinished } from "../core/status.ts";
import { type Item, text } from "./attributes.ts";
import { loadHistory } from "./load-history.ts";
import { historyOf, mayBeAtWork, type Meta, metaFrom, type RunReference } from "./meta.ts";
import { metaKey } from "./schema.ts";
import type { Table } from "./table.ts";

/** What became of a request to delete a run. */
export type Deleted =
  | { readonly outcome: "deleted" }
  /** It has not finished. */
  | { readonly outcome: "unfinished"; readonly meta: Meta }
  /** It has finished, and what follows from that is still being done. */
  | { readonly outcome: "owing"; readonly meta: Meta }
  /** It was terminated under a lease that has not ended: its owner may not know it yet, and start children. */
  | { readonly outcome: "at-work"; readonly meta: Meta }
  /** A run that waits for it has not recorded its outcome yet. */
  | { readonly outcome: "awaited"; readonly by: RunReference };

/**
 * Row 29: deletes a finished run that nobody needs any more: META first, so that the run is gone at
 * once and as a whole; a crash leaves records that nobody reads and that expire.
 * @param run as it was read
 */
export async function deleteRun(table: Table, run: Meta, now: EpochMs): Promise<Deleted> {
  for (let seen = run; ;) {
    if (!isFinished(seen.status)) return { outcome: "unfinished", meta: seen };
    if (seen.owed.length > 0) return { outcome: "owing", meta: seen };
    if (mayBeAtWork(seen, now)) return { outcome: "at-work", meta: seen };
    const by = await waiterOf(table, seen);
    if (by) return { outcome: "awaited", by };
    const there = await deleteMeta(table, seen);
    if (there?.incarnation === seen.incarnation) {
      seen = there;
      continue;
    }
    for (let generation = 0; generation <= seen.generation; generation += 1) {
      await deletePartition(table, historyOf({ ...seen, generation }));
    }
    return { outcome: "deleted" };
  }
}

/** Deletes META as it was judged. Returns the one that is there instead: the run was resumed, say. */
async function deleteMeta(table: Table, { id, incarnation, tx }: Meta): Promise<Meta | undefined> {
  const { ok, item } = await table.delete(
    metaItemKey(id),
    "attribute_exists(#pk) AND #inc = :inc AND #tx = :seen AND #status IN (:succeeded, :failed, :cancelled)",
    {
      ":inc": text(incarnation),
      ":seen": text(tx),
      ":succeeded": text("succeeded"),
      ":failed": text("failed"),
      ":cancelled": text("cancelled"),
    },
  );
  return ok || !item ? undefined : metaFrom(item);
}

/** An unfinished run whose history says that it waits for this one. */
async function waiterOf(table: Table, { id, waiters }: Meta): Promise<RunReference | undefined> {
  const keys = [...new Set(waiters.map((waiter) => waiter.id))].map(metaItemKey);
  for (const waiter of (await table.batchGet(keys)).map(metaFrom)) {
    const isMeant = waiters.some(
      (one) => one.id === waiter.id && one.incarnation === waiter.incarnation,
    );
    if (!isMeant || isFinished(waiter.status)) continue;
    const history = await loadHistory(table, historyOf(waiter));
    if (history.some((one) => one.childId === id && one.state !== "done" && !one.told))
      return waiter;
  }
  return undefined;
}

function metaItemKey(id: string): Item {
  const { pk, sk } = metaKey(id);
  return { pk: text(pk), sk: text(sk) };
}

/** Deletions under way at a time. */
const AT_A_TIME = 25;

async function deletePartition(table: Table, partition: string): Promise<void> {
  let startAfter: Item | undefined;
  do {
    const { items, next } = await table.query({
      condition: "#pk = :pk",
      values: { ":pk": text(partition) },
      startAfter,
    });
    startAfter = next;
    const keys = items.flatMap(({ pk, sk }) => (pk && sk ? [{ pk, sk }] : []));
    while (keys.length > 0) {
      await Promise.all(keys.splice(0, AT_A_TIME).map((key) => table.delete(key)));
    }
  } while (startAfter);
}
