import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { type Item, number, text } from "./attributes.ts";
import { type Meta, metaFrom, referenceText, type RunReference } from "./meta.ts";
import { metaKey } from "./schema.ts";
import type { Table } from "./table.ts";

/** A finished child's word to one of its waiters. */
export interface Notice {
  readonly to: RunReference;
  readonly childFailed: boolean;
  readonly now: EpochMs;
  /** Pause that lets several children finish before their parent is woken, milliseconds. */
  readonly gatherMs: number;
  readonly tx: string;
}

/** When a waiting parent is due, and whether it became so by this notice. */
export interface Due {
  readonly dueAt: EpochMs;
  readonly isNew: boolean;
}

const UNFINISHED = "#status IN (:queued, :running, :waiting, :paused, :blocked)";
const TARGET = "attribute_exists(#pk) AND #inc = :inc";
const COUNT = "SET #wakeSeq = #wakeSeq + :one, #tx = :tx";

/** The parent waits, and what it waits for has come. */
const CAN_ACT =
  "(#status = :waiting AND attribute_exists(#quorum) AND #quorum <= :one AND (attribute_not_exists(#dueAt) OR #dueAt > :now))";
/** The parent waits, and it is not known whether this was what it waits for. */
const MAY_ACT =
  "(#status = :waiting AND attribute_not_exists(#quorum) AND (attribute_not_exists(#dueAt) OR #dueAt > :gather))";
/** The same for a child that failed, which may exceed what the parent tolerates. */
const MAY_ACT_ON_FAILURE =
  "(#status = :waiting AND (attribute_not_exists(#dueAt) OR #dueAt > :gather))";

/**
 * Row 13. Tries its forms in turn until one holds, all with the same `now`, so that no state of the
 * parent falls between them. A parent that is gone or finished needs no notice. A notice never
 * moves a wake-up later, and a repeated one only wakes early.
 * @returns when the parent is due; undefined when it does not wait, or is not due yet
 */
export async function notifyParent(table: Table, notice: Notice): Promise<Due | undefined> {
  const { now } = notice;
  const gather = now + notice.gatherMs;
  const mayAct = notice.childFailed ? MAY_ACT_ON_FAILURE : MAY_ACT;
  const rest = `${TARGET} AND ${UNFINISHED} AND NOT ${CAN_ACT} AND NOT ${mayAct}`;
  const times = { ":now": number(now), ":gather": number(gather) };
  for (;;) {
    if (await wake(table, notice, CAN_ACT, now, { ":now": number(now) })) {
      return { dueAt: now, isNew: true };
    }
    if (await wake(table, notice, mayAct, gather, { ":gather": number(gather) })) {
      return { dueAt: gather, isNew: true };
    }
    const counted = await update(
      table,
      notice,
      {
        condition: `${rest} AND attribute_exists(#quorum)`,
        update: `${COUNT}, #quorum = #quorum - :one`,
      },
      { ...times, ...STATUSES },
    );
    if (counted.ok) return dueBefore(counted.item, gather);
    const bumped = await update(
      table,
      notice,
      { condition: `${rest} AND attribute_not_exists(#quorum)`, update: COUNT },
      { ...times, ...STATUSES },
    );
    if (bumped.ok) return dueBefore(bumped.item, gather);
    if (!isLive(bumped.item, notice.to)) return undefined;
  }
}

/** A waiting parent that had become due without this notice. */
function dueBefore(item: Item | undefined, gather: EpochMs): Due | undefined {
  const { status, dueAt } = item ? metaFrom(item) : {};
  const isDue = status === "waiting" && dueAt !== undefined && dueAt <= gather;
  return isDue ? { dueAt, isNew: false } : undefined;
}

const STATUSES: Item = {
  ":queued": text("queued"),
  ":running": text("running"),
  ":waiting": text("waiting"),
  ":paused": text("paused"),
  ":blocked": text("blocked"),
};

async function wake(table: Table, notice: Notice, form: string, dueAt: EpochMs, at: Item) {
  const { ok } = await update(
    table,
    notice,
    { condition: `${TARGET} AND ${form}`, update: `${COUNT}, #dueAt = :due, #checkAt = :check` },
    {
      ...at,
      ":waiting": text("waiting"),
      ":due": number(dueAt),
      ":check": number(dueAt + LIMITS.checkAfterMs),
    },
  );
  return ok;
}

function update(
  table: Table,
  { to, tx }: Notice,
  change: { readonly condition: string; readonly update: string },
  values: Item,
) {
  const { pk, sk } = metaKey(to.id);
  return table.update({
    key: { pk: text(pk), sk: text(sk) },
    ...change,
    values: {
      ":inc": text(to.incarnation),
      ":one": number(1),
      ":tx": text(tx),
      ...values,
    },
  });
}

const FINISHED = new Set(["succeeded", "failed", "cancelled"]);

function isLive(item: Item | undefined, to: RunReference): boolean {
  if (!item) return false;
  const meta = metaFrom(item);
  return meta.incarnation === to.incarnation && !FINISHED.has(meta.status);
}

/** Row 14, attach: adds a waiter to a run that has not finished; otherwise the run as it is. */
export async function addWaiter(
  table: Table,
  child: RunReference,
  waiter: RunReference,
  tx: string,
): Promise<Meta | undefined> {
  const { pk, sk } = metaKey(child.id);
  const written = await table.update({
    key: { pk: text(pk), sk: text(sk) },
    update: "SET #tx = :tx ADD #waiters :waiter",
    condition: `${TARGET} AND ${UNFINISHED}`,
    values: {
      ":tx": text(tx),
      ":waiter": { SS: [referenceText(waiter)] },
      ":inc": text(child.incarnation),
      ...STATUSES,
    },
  });
  return written.item && metaFrom(written.item);
}
