import type { EpochMs } from "../core/clock.ts";
import type { SweepDecision } from "../core/sweep.ts";
import { type Item, number, text } from "./attributes.ts";
import { type Meta, metaFrom, runIdFrom } from "./meta.ts";
import { metaKey } from "./schema.ts";
import type { Table } from "./table.ts";

const SWEEP_PAGE = 100;

/** A run that must be looked at: its META, or why that cannot be read. */
export type DueRun =
  | { readonly id: string; readonly meta: Meta }
  | { readonly id: string; readonly meta: undefined; readonly error: unknown };

/**
 * The runs of one shard of the due index whose `checkAt` has passed, earliest first, as they stand
 * in the table: the index lags, so META is read again and judged by itself. One that cannot be read
 * hides none of the others.
 */
export async function* dueRuns(table: Table, shard: number, now: EpochMs): AsyncIterable<DueRun> {
  let startAfter: Parameters<Table["query"]>[0]["startAfter"];
  do {
    const { items, next } = await table.query({
      index: "due",
      condition: "#dueShard = :shard AND #checkAt <= :now",
      values: { ":shard": text(String(shard)), ":now": number(now) },
      limit: SWEEP_PAGE,
      startAfter,
    });
    startAfter = next;
    const keys = items.flatMap(({ pk, sk }) => (pk && sk ? [{ pk, sk }] : []));
    for (const item of await table.batchGet(keys)) {
      const due = dueRun(item);
      if (due.meta === undefined || isDue(due.meta, now)) yield due;
    }
  } while (startAfter);
}

const isDue = ({ checkAt }: Meta, now: EpochMs): boolean => checkAt !== undefined && checkAt <= now;

function dueRun(item: Item): DueRun {
  const id = runIdFrom(item);
  try {
    return { id, meta: metaFrom(item) };
  } catch (error) {
    return { id, meta: undefined, error };
  }
}

/**
 * Row 26: pushes `checkAt` out, conditionally on the one seen; false when someone else has moved
 * it. The push comes before the hint: two sweepers at once send one hint.
 */
export async function pushCheck(
  table: Table,
  meta: Meta,
  decision: SweepDecision,
  now: EpochMs,
  tx: string,
): Promise<boolean> {
  const { pk, sk } = metaKey(meta.id);
  const dueAsSeen = meta.dueAt === undefined ? "attribute_not_exists(#dueAt)" : "#dueAt = :due";
  const written = await table.update({
    key: { pk: text(pk), sk: text(sk) },
    update: `SET #tx = :tx, #checkAt = :check, #nudges = :nudges${decision.wake ? ", #dueAt = :now" : ""}`,
    condition:
      "attribute_exists(#pk) AND #inc = :inc AND #checkAt = :seen" +
      (decision.wake ? ` AND #status = :waiting AND ${dueAsSeen}` : ""),
    values: {
      ":tx": text(tx),
      ":inc": text(meta.incarnation),
      ":seen": number(meta.checkAt ?? 0),
      ":check": number(decision.checkAt),
      ":nudges": number(decision.nudges),
      ...(decision.wake && { ":now": number(now), ":waiting": text("waiting") }),
      ...(decision.wake && meta.dueAt !== undefined && { ":due": number(meta.dueAt) }),
    },
  });
  return written.ok || (written.item !== undefined && metaFrom(written.item).tx === tx);
}
