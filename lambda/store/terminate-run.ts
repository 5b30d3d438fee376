import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { isFinished, RUN_STATUSES, type RunStatus } from "../core/status.ts";
import { number, text } from "./attributes.ts";
import { changeRun, type Form } from "./change-run.ts";
import type { Meta } from "./meta.ts";
import { endTtl } from "./start-run.ts";
import type { Table } from "./table.ts";
import { type StoredValue, valueAttribute } from "./values.ts";

/** What became of a termination. */
export type Terminated =
  /** The run as it stands; with `owed` it wants a hint, so that somebody settles that. */
  | { readonly outcome: "terminated"; readonly meta: Meta }
  | { readonly outcome: "finished"; readonly meta: Meta }
  /** It is in none of the statuses from which it was to be terminated, or has begun another generation since. */
  | { readonly outcome: "left"; readonly meta: Meta }
  /** There is no run of that incarnation any more. */
  | { readonly outcome: "gone" };

interface Terminating {
  /** The run as it was read. */
  readonly run: Meta;
  /** What the run ends with. */
  readonly error: StoredValue;
  /** Terminates it from these statuses only. Default: from every unfinished one. */
  readonly from?: readonly RunStatus[];
  /** Whether it is terminated in the generation that was read only: it may have been resumed. Default: in any. */
  readonly isOnlyAsRead?: boolean;
  readonly now: EpochMs;
  readonly tx: string;
}

/**
 * Row 19: ends an unfinished run at once, whatever its status. The epoch goes up, so that its owner's next write
 * of META is refused; until then its code may go on. It owes its waiters their
 * notices, and its pending children, of which a run has none before its first claim, their cancel
 * requests.
 */
export async function terminateRun(table: Table, request: Terminating): Promise<Terminated> {
  const { run, tx } = request;
  const { from = UNFINISHED, isOnlyAsRead = false } = request;
  const hasMoved = (meta: Meta) => isOnlyAsRead && meta.generation !== run.generation;
  const ended = await changeRun(table, run, tx, formFor(run, request), (meta) =>
    from.includes(meta.status) && !hasMoved(meta) ? formFor(meta, request) : undefined,
  );
  if (ended.outcome === "gone") return ended;
  const { meta } = ended;
  if (ended.outcome === "changed") return { outcome: "terminated", meta };
  return { outcome: isFinished(meta.status) ? "finished" : "left", meta };
}

const UNFINISHED = RUN_STATUSES.filter((status) => !isFinished(status));
const END =
  "#status = :cancelled, #epoch = #epoch + :one, #finishedAt = :now, #ttl = :ttl, #error = :error, #formerUntil = if_not_exists(#leaseUntil, :zero)";
const OFF =
  "#owner, #leaseUntil, #dueAt, #activity, #quorum, #pause, #code, #attentionShard, #attentionAt";

/** Claims only ever come; waiters come and leave. Whether there are any is all that matters. */
function formFor(
  { waiters, epoch, generation, historyTtl }: Meta,
  { error, now, from = UNFINISHED }: Terminating,
): Form {
  const hasWaiters = waiters.length > 0;
  const wasClaimed = epoch > 0;
  const owed = [...(hasWaiters ? ["waiters"] : []), ...(wasClaimed ? ["children"] : [])];
  const owes = owed.length > 0;
  return {
    generation,
    condition: [
      `#status IN (${from.map((status) => `:${status}`).join(", ")})`,
      hasWaiters ? "attribute_exists(#waiters)" : "attribute_not_exists(#waiters)",
      wasClaimed ? "#epoch > :zero" : "#epoch = :zero",
    ].join(" AND "),
    set: owes ? `${END}, #owed = :owed, #checkAt = :check` : END,
    remove: owes ? OFF : `${OFF}, #checkAt`,
    values: {
      ...Object.fromEntries(from.map((status) => [`:${status}`, text(status)])),
      ":cancelled": text("cancelled"),
      ":zero": number(0),
      ":one": number(1),
      ":now": number(now),
      ":ttl": number(endTtl(now, hasWaiters ? { historyTtl } : undefined)),
      ":error": valueAttribute(error),
      ...(owes && { ":owed": { SS: owed }, ":check": number(now + LIMITS.checkAfterMs) }),
    },
  };
}
