import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { isFinished, type RunStatus } from "../core/status.ts";
import { type Item, number, optionalNumber, text } from "./attributes.ts";
import { metaFrom, type RunReference } from "./meta.ts";
import { metaKey } from "./schema.ts";
import type { Table } from "./table.ts";

/** A finished child's word to one of its waiters. */
export interface Notice {
  readonly to: RunReference;
  readonly childFailed: boolean;
  readonly now: EpochMs;
  /** Pause that lets several children finish before their parent is woken, milliseconds. */
  readonly gatherMs: number;
  /** Whether other children probably send theirs at about the same time: only a guess at what to try first. */
  readonly isOneOfMany: boolean;
  readonly tx: string;
}

/** When a waiting parent is due, and whether it became so by this notice. */
export interface Due {
  readonly dueAt: EpochMs;
  readonly isNew: boolean;
}

/** The run has not finished; wants `STATUSES`. */
export const UNFINISHED = "#status IN (:queued, :running, :waiting, :paused, :blocked)";
/** It is the run meant: of that id, and of incarnation `:inc`. */
export const TARGET = "attribute_exists(#pk) AND #inc = :inc";
const COUNT = "SET #wakeSeq = #wakeSeq + :one, #tx = :tx";
const WAKE = `${COUNT}, #dueAt = :due, #checkAt = :check`;

/** The parent waits, and what it waits for has come. */
const CAN_ACT =
  "(#status = :waiting AND attribute_exists(#quorum) AND #quorum <= :one AND (attribute_not_exists(#dueAt) OR #dueAt > :now))";
/** The parent waits, and it is not known whether this was what it waits for. */
const MAY_ACT =
  "(#status = :waiting AND attribute_not_exists(#quorum) AND (attribute_not_exists(#dueAt) OR #dueAt > :gather))";
/** The same for a child that failed, which may exceed what the parent tolerates. */
const MAY_ACT_ON_FAILURE =
  "(#status = :waiting AND (attribute_not_exists(#dueAt) OR #dueAt > :gather))";

/** What a notice does, by the state of the parent; of any state exactly one holds. */
type Form = "can-act" | "may-act" | "count" | "bump";

/** The form for a parent as it was seen, by the same rules as the conditions of the writes. */
export function formFor(
  { status, quorum, dueAt = Number.POSITIVE_INFINITY }: Parent,
  { now, gatherMs, childFailed }: Pick<Notice, "now" | "gatherMs" | "childFailed">,
): Form {
  const isWaiting = status === "waiting";
  if (isWaiting && quorum !== undefined && quorum <= 1 && dueAt > now) return "can-act";
  const isUnclear = childFailed || quorum === undefined;
  if (isWaiting && isUnclear && dueAt > now + gatherMs) return "may-act";
  return quorum === undefined ? "bump" : "count";
}

/** A parent as far as a notice depends on it. */
export interface Parent {
  readonly status: RunStatus;
  /** Notices needed before it can act; undefined when that is not known. */
  readonly quorum: number | undefined;
  readonly dueAt: EpochMs | undefined;
}

/**
 * Row 13. Tries one form, and when the parent refuses it the one for the state that it showed, all
 * with the same `now`. A parent that is gone or finished needs no notice. A notice never moves a
 * wake-up later, and a repeated one only wakes early.
 * @returns when the parent is due; undefined when it does not wait, or is not due yet
 */
export async function notifyParent(table: Table, notice: Notice): Promise<Due | undefined> {
  const { isOneOfMany, now, to } = notice;
  const gather = now + notice.gatherMs;
  // A refused write costs as much as one that is done: of many, most find their parent at work or due.
  let form: Form = isOneOfMany ? "bump" : "can-act";
  for (;;) {
    const { ok, item } = await write(table, notice, form);
    if (!ok && !isLive(item, to)) return undefined;
    if (ok && form === "can-act") return { dueAt: now, isNew: true };
    if (ok && form === "may-act") return { dueAt: gather, isNew: true };
    if (ok) return dueBefore(item, gather);
    form = formFor(parentFrom(item), notice);
  }
}

function write(table: Table, notice: Notice, form: Form) {
  const { now, gatherMs, childFailed } = notice;
  const gather = now + gatherMs;
  const mayAct = childFailed ? MAY_ACT_ON_FAILURE : MAY_ACT;
  const rest = `${UNFINISHED} AND NOT ${CAN_ACT} AND NOT ${mayAct}`;
  const due = (at: EpochMs) => ({
    ":due": number(at),
    ":check": number(at + LIMITS.checkAfterMs),
    ":waiting": text("waiting"),
  });
  const times = { ":now": number(now), ":gather": number(gather), ...STATUSES };
  switch (form) {
    case "can-act":
      return update(table, notice, [WAKE, CAN_ACT], { ":now": number(now), ...due(now) });
    case "may-act":
      return update(table, notice, [WAKE, mayAct], { ":gather": number(gather), ...due(gather) });
    case "count": {
      const counted = `${COUNT}, #quorum = #quorum - :one`;
      return update(table, notice, [counted, `${rest} AND attribute_exists(#quorum)`], times);
    }
    case "bump":
      return update(table, notice, [COUNT, `${rest} AND attribute_not_exists(#quorum)`], times);
  }
}

function parentFrom(item: Item | undefined): Parent {
  const { status, dueAt } = metaFrom(item ?? {});
  return { status, dueAt, quorum: optionalNumber(item ?? {}, "quorum") };
}

/** A waiting parent that had become due without this notice. */
function dueBefore(item: Item | undefined, gather: EpochMs): Due | undefined {
  const { status, dueAt } = item ? metaFrom(item) : {};
  const isDue = status === "waiting" && dueAt !== undefined && dueAt <= gather;
  return isDue ? { dueAt, isNew: false } : undefined;
}

/** The values of `UNFINISHED`. */
export const STATUSES: Item = {
  ":queued": text("queued"),
  ":running": text("running"),
  ":waiting": text("waiting"),
  ":paused": text("paused"),
  ":blocked": text("blocked"),
};

function update(
  table: Table,
  { to, tx }: Notice,
  [change, condition]: readonly [string, string],
  values: Item,
) {
  const { pk, sk } = metaKey(to.id);
  return table.update({
    key: { pk: text(pk), sk: text(sk) },
    update: change,
    condition: `${TARGET} AND ${condition}`,
    values: {
      ":inc": text(to.incarnation),
      ":one": number(1),
      ":tx": text(tx),
      ...values,
    },
  });
}

/** Whether an item is the META of that run, unfinished. */
export function isLive(item: Item | undefined, to: RunReference): boolean {
  if (!item) return false;
  const meta = metaFrom(item);
  return meta.incarnation === to.incarnation && !isFinished(meta.status);
}
