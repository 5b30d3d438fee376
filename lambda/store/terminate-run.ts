import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { isFinished } from "../core/status.ts";
import { number, text } from "./attributes.ts";
import { changeRun, type Form } from "./change-run.ts";
import type { Meta } from "./meta.ts";
import type { Table } from "./table.ts";
import { type StoredValue, valueAttribute } from "./values.ts";

/** What became of a termination. */
export type Terminated =
  /** The run as it stands; with `owed` it wants a hint, so that somebody settles that. */
  | { readonly outcome: "terminated"; readonly meta: Meta }
  | { readonly outcome: "finished"; readonly meta: Meta }
  /** There is no run of that incarnation any more. */
  | { readonly outcome: "gone" };

interface Terminating {
  /** The run as it was read. */
  readonly run: Meta;
  /** What the run ends with. */
  readonly error: StoredValue;
  readonly now: EpochMs;
  readonly tx: string;
}

/**
 * Row 19: ends an unfinished run at once, whatever its status; nothing of its code runs any more. The
 * epoch goes up, so that its owner's next write of META is refused. It owes its waiters their
 * notices, and its pending children, of which a run has none before its first claim, their cancel
 * requests.
 */
export async function terminateRun(table: Table, request: Terminating): Promise<Terminated> {
  const { run, tx } = request;
  const ended = await changeRun(table, run, tx, formFor(run, request), (meta) =>
    isFinished(meta.status) ? undefined : formFor(meta, request),
  );
  if (ended.outcome === "gone") return ended;
  return {
    outcome: ended.outcome === "changed" ? "terminated" : "finished",
    meta: ended.meta,
  };
}

const UNFINISHED = "#status IN (:queued, :running, :waiting, :paused, :blocked)";
const END =
  "#status = :cancelled, #epoch = #epoch + :one, #finishedAt = :now, #ttl = :ttl, #error = :error";
const OFF =
  "#owner, #leaseUntil, #dueAt, #activity, #quorum, #pause, #code, #attentionShard, #attentionAt";

/** Waiters and claims only ever come, so whether there are any is all that can have changed. */
function formFor({ waiters, epoch }: Meta, { error, now }: Terminating): Form {
  const hasWaiters = waiters.length > 0;
  const wasClaimed = epoch > 0;
  const owed = [...(hasWaiters ? ["waiters"] : []), ...(wasClaimed ? ["children"] : [])];
  const owes = owed.length > 0;
  return {
    condition: [
      UNFINISHED,
      hasWaiters ? "attribute_exists(#waiters)" : "attribute_not_exists(#waiters)",
      wasClaimed ? "#epoch > :zero" : "#epoch = :zero",
    ].join(" AND "),
    set: owes ? `${END}, #owed = :owed, #checkAt = :check` : END,
    remove: owes ? OFF : `${OFF}, #checkAt`,
    values: {
      ...STATUSES,
      ":zero": number(0),
      ":one": number(1),
      ":now": number(now),
      ":ttl": number(Math.ceil((now + LIMITS.retentionMs) / 1000)),
      ":error": valueAttribute(error),
      ...(owes && { ":owed": { SS: owed }, ":check": number(now + LIMITS.checkAfterMs) }),
    },
  };
}

const STATUSES = {
  ":queued": text("queued"),
  ":running": text("running"),
  ":waiting": text("waiting"),
  ":paused": text("paused"),
  ":blocked": text("blocked"),
  ":cancelled": text("cancelled"),
};
