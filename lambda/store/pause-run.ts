import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { isFinished } from "../core/status.ts";
import { number, text } from "./attributes.ts";
import { changeRun, type Form, WAKE, wakeValues } from "./change-run.ts";
import type { Meta } from "./meta.ts";
import type { Table } from "./table.ts";

/** What became of a request to pause. */
export type Paused =
  /** It is paused: nothing claims it until it is resumed. */
  | { readonly outcome: "paused" }
  /** It runs, and its owner has been asked to release it as paused. */
  | { readonly outcome: "asked" }
  /** Its status, or a cancel request, forbids it. */
  | { readonly outcome: "refused"; readonly meta: Meta }
  /** There is no run of that incarnation any more. */
  | { readonly outcome: "gone" };

/** What became of a request to resume a run that has not finished. */
export type Resumed =
  /** It is queued and wants a hint. */
  | { readonly outcome: "queued"; readonly dueAt: EpochMs }
  /** It had not been released yet, and runs on. */
  | { readonly outcome: "running" }
  /** It is neither paused nor about to be, nor blocked. */
  | { readonly outcome: "refused"; readonly meta: Meta }
  /** There is no run of that incarnation any more. */
  | { readonly outcome: "gone" };

/**
 * Row 20: keeps a run from being claimed; one that runs is asked to stop where it can. Messages and
 * notices still arrive. A run with a cancel request is not paused: the request would not be delivered.
 * @param run as it was read
 */
export async function pauseRun(
  table: Table,
  { run, tx }: { readonly run: Meta; readonly tx: string },
): Promise<Paused> {
  const paused = await changeRun(table, run, tx, pauseForm(run) ?? park(run), pauseForm);
  if (paused.outcome === "gone") return paused;
  const { meta } = paused;
  if (meta.status === "paused") return { outcome: "paused" };
  if (meta.status === "running" && meta.isPauseAsked) return { outcome: "asked" };
  return { outcome: "refused", meta };
}

const UNCANCELLED = "attribute_not_exists(#cancel)";

function pauseForm(meta: Meta): Form | undefined {
  if (meta.cancel !== undefined) return undefined;
  if (meta.status === "queued" || meta.status === "waiting") return park(meta);
  return meta.status === "running" && !meta.isPauseAsked ? asRead(meta, ASK) : undefined;
}

const park = (meta: Meta): Form =>
  asRead(meta, {
    condition: `#status IN (:queued, :waiting) AND ${UNCANCELLED}`,
    set: "#status = :paused, #checkAt = :check",
    remove: "#dueAt, #quorum, #pause",
    values: {
      ":queued": text("queued"),
      ":waiting": text("waiting"),
      ":paused": text("paused"),
      ":check": number(pausedCheckAt(meta)),
    },
  });

/**
 * A form for META as it was read: a pause that comes once more, and late, must not undo the resume that
 * followed it, nor a resume the next pause.
 */
const asRead = <F extends Form>({ tx }: Meta, form: F): F => ({
  ...form,
  condition: `${form.condition} AND #tx = :read`,
  values: { ...form.values, ":read": text(tx) },
});

/** A paused run is looked at only to be cancelled at its deadline, or to keep its records alive. */
export const pausedCheckAt = ({
  historyTtl,
  deadline,
}: Pick<Meta, "historyTtl" | "deadline">): EpochMs =>
  Math.min(historyTtl * 1000 - LIMITS.restampMs, deadline ?? Number.POSITIVE_INFINITY);

const ASK: Form = {
  condition: `#status = :running AND ${UNCANCELLED} AND attribute_not_exists(#pause)`,
  set: "#pause = :true, #wakeSeq = #wakeSeq + :one",
  values: { ":running": text("running"), ":true": { BOOL: true }, ":one": number(1) },
};

/**
 * Row 20: makes a paused run claimable again, or takes back a pause not yet carried out. One that is
 * blocked becomes claimable by the code it was blocked under, too.
 * @param run as it was read
 */
export async function resumeRun(
  table: Table,
  { run, now, tx }: { readonly run: Meta; readonly now: EpochMs; readonly tx: string },
): Promise<Resumed> {
  const first = resumeForm(run, now) ?? requeue(run, now, "paused");
  const resumed = await changeRun(table, run, tx, first, (meta) => resumeForm(meta, now));
  if (resumed.outcome === "gone") return resumed;
  if (resumed.outcome === "left") return { outcome: "refused", meta: resumed.meta };
  return resumed.form.requeues ? { outcome: "queued", dueAt: now } : { outcome: "running" };
}

interface ResumeForm extends Form {
  readonly requeues: boolean;
}

function resumeForm(meta: Meta, now: EpochMs): ResumeForm | undefined {
  if (meta.status === "paused" || meta.status === "blocked") {
    return requeue(meta, now, meta.status);
  }
  // Its owner may have given it back, or died, before it heard of the wish.
  return meta.isPauseAsked && !isFinished(meta.status) ? asRead(meta, TAKE_BACK) : undefined;
}

/** Makes a run due that nobody claims in that status. */
const requeue = (meta: Meta, now: EpochMs, from: "paused" | "blocked"): ResumeForm =>
  asRead(meta, {
    requeues: true,
    condition: "#status = :from",
    set: `#status = :queued, ${WAKE}`,
    remove: "#pause, #code, #error, #attentionShard, #attentionAt",
    values: { ":from": text(from), ":queued": text("queued"), ...wakeValues(now, meta.deadline) },
  });

const TAKE_BACK: ResumeForm = {
  requeues: false,
  condition: "#status IN (:queued, :waiting, :running) AND attribute_exists(#pause)",
  remove: "#pause",
  values: { ":queued": text("queued"), ":waiting": text("waiting"), ":running": text("running") },
};
