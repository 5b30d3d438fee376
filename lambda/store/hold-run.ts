import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { number, text } from "./attributes.ts";
import { type MailboxLeft, messageAttribute, pagesAttribute } from "./mailbox.ts";
import { type OwnedWrite, type Ownership, updateOwned } from "./owned.ts";
import { pausedCheckAt } from "./pause-run.ts";
import type { Table } from "./table.ts";

/** New progress, when there is some since the last mark: it clears the counts of hops and crashes. */
export interface ProgressMark {
  readonly progress: number | undefined;
}

/** The mailbox without what was consumed, and the `wakeSeq` that came with it. */
export interface Trim extends MailboxLeft {
  readonly seenWakeSeq: number;
}

/** Sets mailbox and pages as a whole: a removal by index, tried again, would remove another message. */
export const boxChange = (left: MailboxLeft | undefined) => {
  const { box = [], spilled = [], isPastOver = false } = left ?? {};
  const hasBox = box.length > 0;
  const hasPages = spilled.length > 0;
  return {
    set: `${hasBox ? ", #box = :box" : ""}${hasPages ? ", #spilled = :spilled" : ""}`,
    remove: [
      ...(left && !hasBox ? ["#box"] : []),
      ...(left && !hasPages ? ["#spilled"] : []),
      ...(isPastOver ? ["#past", "#pastPages"] : []),
    ],
    values: {
      ...(hasBox && { ":box": { L: box.map(messageAttribute) } }),
      ...(hasPages && { ":spilled": pagesAttribute(spilled) }),
    },
  };
};

const RESET = "#hops = :zero, #crashes = :zero";

/** Row 4: extends the lease; a late copy of an older heartbeat must not shorten it. */
export function heartbeat(
  table: Table,
  me: Ownership,
  tx: string,
  beat: {
    readonly leaseUntil: EpochMs;
    readonly activity: readonly string[];
    readonly trim?: Trim | undefined;
  } & ProgressMark,
): Promise<OwnedWrite> {
  const { trim } = beat;
  const marked = beat.progress !== undefined;
  const box = boxChange(trim);
  return updateOwned(
    table,
    me,
    tx,
    {
      set: `#leaseUntil = :lease, #activity = :activity${marked ? `, ${RESET}, #mark = :mark` : ""}${box.set}`,
      ...(box.remove.length > 0 && { remove: box.remove.join(", ") }),
      condition: `#leaseUntil <= :lease${trim ? " AND #wakeSeq = :seen" : ""}`,
    },
    {
      ":lease": number(beat.leaseUntil),
      ":activity": { L: beat.activity.map(text) },
      ...(marked && { ":zero": number(0), ":mark": number(beat.progress) }),
      ...(trim && { ":seen": number(trim.seenWakeSeq) }),
      ...box.values,
    },
  );
}

/** How a park leaves the run. */
export interface ParkRequest {
  readonly now: EpochMs;
  /** Earliest wake-up; undefined when only a message or a child can wake it. */
  readonly dueAt: EpochMs | undefined;
  /** The wakeSeq that came with the messages the decision was made on. */
  readonly seenWakeSeq: number;
  /** What is left of those messages, if some were consumed. */
  readonly left: MailboxLeft | undefined;
  /** Child notices needed before the code can act; undefined when that is not known. */
  readonly quorum: number | undefined;
  readonly progress: number;
  /** Whether no former owner can settle anything any more. */
  readonly isFenced: boolean;
  readonly historyTtl: number;
}

/** Row 10: gives the run back to wait. Refused when a wake-up came since `seenWakeSeq`. */
export function parkRun(
  table: Table,
  me: Ownership,
  tx: string,
  request: ParkRequest,
): Promise<OwnedWrite> {
  const { dueAt, quorum, seenWakeSeq } = request;
  const box = boxChange(request.left);
  const remove = ["#owner", "#leaseUntil", "#activity", ...box.remove];
  if (request.isFenced) remove.push("#unmarked", "#former");
  if (dueAt === undefined) remove.push("#dueAt");
  if (quorum === undefined) remove.push("#quorum");
  return updateOwned(
    table,
    me,
    tx,
    {
      set:
        `#status = :waiting, ${RESET}, #mark = :mark, #checkAt = :check` +
        (dueAt === undefined ? "" : ", #dueAt = :due") +
        (quorum === undefined ? "" : ", #quorum = :quorum") +
        box.set,
      remove: remove.join(", "),
      condition: "#wakeSeq = :seen AND attribute_not_exists(#pause)",
    },
    {
      ":waiting": text("waiting"),
      ":zero": number(0),
      ":mark": number(request.progress),
      ":seen": number(seenWakeSeq),
      ...box.values,
      ":check": number(parkCheckAt(request)),
      ...(dueAt !== undefined && { ":due": number(dueAt) }),
      ...(quorum !== undefined && { ":quorum": number(quorum) }),
    },
  );
}

function parkCheckAt({ now, dueAt, historyTtl }: ParkRequest): EpochMs {
  const restampAt = historyTtl * 1000 - LIMITS.restampMs;
  if (dueAt === undefined) return restampAt;
  const check =
    dueAt - now <= LIMITS.hintDelayMaxMs
      ? dueAt + LIMITS.checkAfterMs
      : dueAt - LIMITS.checkBeforeMs;
  return Math.min(check, restampAt);
}

/**
 * Row 11: gives the run back to go on at once in another invocation. With `isUnread` the claim does
 * not count as a hop: the run was put back before anything was tried.
 */
export function handOverRun(
  table: Table,
  me: Ownership,
  tx: string,
  request: {
    readonly now: EpochMs;
    readonly isUnread?: boolean;
    readonly isFenced: boolean;
  } & ProgressMark,
): Promise<OwnedWrite> {
  const marked = request.progress !== undefined;
  const counts = marked
    ? `, ${RESET}, #mark = :mark`
    : request.isUnread
      ? ", #hops = #hops - :one"
      : "";
  return updateOwned(
    table,
    me,
    tx,
    {
      set: `#status = :waiting, #dueAt = :now, #checkAt = :check${counts}`,
      remove: `#owner, #leaseUntil, #activity, #quorum${request.isFenced ? ", #unmarked, #former" : ""}`,
    },
    {
      ":waiting": text("waiting"),
      ":now": number(request.now),
      ":check": number(request.now + LIMITS.checkAfterMs),
      ...(marked && { ":zero": number(0), ":mark": number(request.progress) }),
      ...(!marked && request.isUnread && { ":one": number(1) }),
    },
  );
}

/** Row 20: gives the run back as paused, if that is still asked for. */
export function releasePaused(
  table: Table,
  me: Ownership,
  tx: string,
  request: {
    readonly isFenced: boolean;
    readonly historyTtl: number;
    readonly deadline: EpochMs | undefined;
  },
): Promise<OwnedWrite> {
  return updateOwned(
    table,
    me,
    tx,
    {
      set: `#status = :paused, #checkAt = :check, ${RESET}`,
      remove: `#owner, #leaseUntil, #activity, #quorum, #dueAt, #pause${request.isFenced ? ", #unmarked, #former" : ""}`,
      condition: "attribute_exists(#pause) AND attribute_not_exists(#cancel)",
    },
    {
      ":paused": text("paused"),
      ":zero": number(0),
      ":check": number(pausedCheckAt(request)),
    },
  );
}
