import type { EpochMs } from "../core/clock.ts";
import { isFinished } from "../core/status.ts";
import { number, text } from "./attributes.ts";
import { changeRun, type Form, isNotYetDue, NOT_YET_DUE, WAKE, wakeValues } from "./change-run.ts";
import type { CancelRequest, Meta, RunReference } from "./meta.ts";
import type { Table } from "./table.ts";

/** What became of a cancel request. With `dueAt` the run is due and wants a hint. */
export type Cancelled =
  /** It stands in META, this one or an earlier one; the run's owner delivers it. */
  | { readonly outcome: "requested"; readonly dueAt: EpochMs | undefined }
  /** Nobody can deliver it: no deployed code goes with the history. The run has to be terminated. */
  | { readonly outcome: "blocked"; readonly meta: Meta }
  | { readonly outcome: "finished"; readonly meta: Meta }
  /** It has begun another generation since it was read, and was to be cancelled in that one only. */
  | { readonly outcome: "moved" }
  /** There is no run of that incarnation any more. */
  | { readonly outcome: "gone" };

interface Cancelling {
  /** The run as it was read. */
  readonly to: RunReference & Pick<Meta, "generation">;
  /** Whether it is cancelled in the generation that was read only: it may have been resumed. Default: in any. */
  readonly isOnlyAsRead?: boolean;
  readonly cancel: CancelRequest;
  readonly now: EpochMs;
  readonly tx: string;
}

interface CancelForm extends Form {
  readonly wakes: boolean;
}

/**
 * Rows 17 and 28: asks a run to end. The first request stands: a later one changes nothing. A run that
 * is paused, or about to be, loses its pause, since nobody would deliver the request.
 */
export async function cancelRun(table: Table, request: Cancelling): Promise<Cancelled> {
  const { to, now, tx, isOnlyAsRead = false } = request;
  const first = parked(request, true, to);
  const hasMoved = (meta: Meta) => isOnlyAsRead && meta.generation !== to.generation;
  const cancelled = await changeRun(table, to, tx, first, (meta) =>
    hasMoved(meta) ? undefined : formFor(meta, request),
  );
  if (cancelled.outcome === "gone") return cancelled;
  if (cancelled.outcome === "changed") {
    return { outcome: "requested", dueAt: cancelled.form.wakes ? now : undefined };
  }
  const { meta } = cancelled;
  if (hasMoved(meta)) return { outcome: "moved" };
  if (isFinished(meta.status)) return { outcome: "finished", meta };
  if (meta.status === "blocked") return { outcome: "blocked", meta };
  // Whoever asked before may have died before the hint.
  const isDue = meta.owner === undefined && !isNotYetDue(meta, now);
  return { outcome: "requested", dueAt: isDue ? meta.dueAt : undefined };
}

function formFor(meta: Meta, request: Cancelling): CancelForm | undefined {
  // A paused run with a request is an owner's doing that saw the pause only: the request wakes it.
  if (meta.status === "paused") return paused(request, meta);
  if (meta.cancel !== undefined) return undefined;
  if (meta.status === "running") return running(request, meta);
  if (meta.status !== "queued" && meta.status !== "waiting") return undefined;
  return parked(request, isNotYetDue(meta, request.now), meta);
}

const ASK = "#cancel = :cancel, #wakeSeq = #wakeSeq + :one";
const UNASKED = "attribute_not_exists(#cancel)";

const askValues = ({ cancel }: Cancelling) => ({
  ":one": number(1),
  ":cancel": {
    M: { nonce: text(cancel.nonce), reason: text(cancel.reason), cause: text(cancel.cause) },
  },
});

type Seen = Pick<Meta, "generation">;

const parked = (request: Cancelling, wakes: boolean, { generation }: Seen): CancelForm => ({
  wakes,
  generation,
  condition: `#status IN (:queued, :waiting) AND ${UNASKED} AND ${wakes ? NOT_YET_DUE : "#dueAt <= :now"}`,
  set: wakes ? `${ASK}, ${WAKE}` : ASK,
  remove: wakes ? "#pause, #quorum" : "#pause",
  values: {
    ...askValues(request),
    ":queued": text("queued"),
    ":waiting": text("waiting"),
    ...(wakes ? wakeValues(request.now) : { ":now": number(request.now) }),
  },
});

const running = (request: Cancelling, { generation }: Seen): CancelForm => ({
  wakes: false,
  generation,
  condition: `#status = :running AND ${UNASKED}`,
  set: ASK,
  remove: "#pause",
  values: { ...askValues(request), ":running": text("running") },
});

const paused = (request: Cancelling, { generation }: Seen): CancelForm => ({
  wakes: true,
  generation,
  condition: "#status = :paused",
  set: `#status = :queued, #cancel = if_not_exists(#cancel, :cancel), #wakeSeq = #wakeSeq + :one, ${WAKE}`,
  remove: "#pause, #quorum",
  values: {
    ...askValues(request),
    ":paused": text("paused"),
    ":queued": text("queued"),
    ...wakeValues(request.now),
  },
});
