import { LIMITS } from "../core/limits.ts";
import { isFinished } from "../core/status.ts";
import { type Item, number, text } from "./attributes.ts";
import { type Meta, metaFrom, referenceText, type RunReference } from "./meta.ts";
import { isLive, STATUSES, TARGET, UNFINISHED } from "./notify-parent.ts";
import { metaKey } from "./schema.ts";
import type { Table } from "./table.ts";

/** What a wish to be told of a run's end came to: nobody is told of one that is over, or is not there. */
export type Joined = "joined" | "full" | "over";

/** A run to wait for, as it was read. */
type Seen = Pick<Meta, "id" | "incarnation" | "tx">;

/** A late copy of a join changes nothing: pruning counts on a new `tx` for each. */
const CAN_JOIN =
  "(attribute_not_exists(#waiters)" +
  " OR (size(#waiters) < :max AND NOT contains(#waiters, :reference))" +
  " OR (contains(#waiters, :reference) AND #tx = :seen))";

/** Attempts at making room in a run that others write to meanwhile, after which it is taken to be full. */
const PRUNINGS = 5;

/**
 * Row 14, attach: adds a waiter to a run that has not finished, unless as many as may still wait for it.
 * Where the places are taken, those of runs that have ended are given up first. One that waits
 * already joins again, so that nobody who had seen it ended before it was resumed takes its place away.
 * @param child as it was read
 * @param tx nonce of the join
 * @param nonce nonces of the prunings
 */
export async function addWaiter(
  table: Table,
  child: Seen,
  waiter: RunReference,
  tx: string,
  nonce: () => string,
): Promise<Joined> {
  const reference = referenceText(waiter);
  let seen = child.tx;
  let prunings = 0;
  for (;;) {
    const { ok, item } = await table.update({
      key: metaItemKey(child.id),
      update: "SET #tx = :tx ADD #waiters :waiter",
      condition: `${TARGET} AND ${UNFINISHED} AND ${CAN_JOIN}`,
      values: {
        ":tx": text(tx),
        ":seen": text(seen),
        ":waiter": { SS: [reference] },
        ":reference": text(reference),
        ":max": number(LIMITS.waitersMax),
        ":inc": text(child.incarnation),
        ...STATUSES,
      },
    });
    if (ok) return "joined";
    if (!item || !isLive(item, child)) return "over";
    const there = metaFrom(item);
    seen = there.tx;
    const isWaiter = there.waiters.some((one) => referenceText(one) === reference);
    if (isWaiter && seen === tx) return "joined";
    if (isWaiter) continue;
    prunings += 1;
    if (prunings > PRUNINGS || !(await pruneWaiters(table, there, nonce()))) return "full";
  }
}

/**
 * Gives up the places of waiters that are gone, were started anew or have finished. Refused when the run
 * was written to since it was read: one of them may have been resumed and have joined again. The run's own
 * parent stays: that it waited tells an orphan from a run that was only started.
 * @returns whether it is worth while to try again: false when all of them may still wait
 */
async function pruneWaiters(table: Table, child: Meta, tx: string): Promise<boolean> {
  const parent = child.parent && referenceText(child.parent);
  const over = (await endedOf(table, child.waiters)).filter((one) => one !== parent);
  if (over.length === 0) return false;
  await table.update({
    key: metaItemKey(child.id),
    update: "SET #tx = :tx DELETE #waiters :over",
    condition: `${TARGET} AND ${UNFINISHED} AND #tx = :seen`,
    values: {
      ":tx": text(tx),
      ":seen": text(child.tx),
      ":over": { SS: over },
      ":inc": text(child.incarnation),
      ...STATUSES,
    },
    returns: "NONE",
  });
  return true;
}

/** METAs in memory at a time: each may be as large as an item can be. */
const PAGE = 100;

async function endedOf(table: Table, waiters: readonly RunReference[]): Promise<readonly string[]> {
  const unfinished = new Set<string>();
  const ids = [...new Set(waiters.map(({ id }) => id))];
  while (ids.length > 0) {
    const items = await table.batchGet(ids.splice(0, PAGE).map(metaItemKey));
    for (const meta of items.map(metaFrom)) {
      if (!isFinished(meta.status)) unfinished.add(referenceText(meta));
    }
  }
  return waiters.map(referenceText).filter((waiter) => !unfinished.has(waiter));
}

function metaItemKey(id: string): Item {
  const { pk, sk } = metaKey(id);
  return { pk: text(pk), sk: text(sk) };
}
