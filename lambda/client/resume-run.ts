import type { EpochMs } from "../core/clock.ts";
import { droppedChildren, keptRecords } from "../core/cut.ts";
import { childId } from "../core/keys.ts";
import type { RunConflictError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { isFinished } from "../core/status.ts";
import { historyOf, mayBeAtWork, type Meta } from "../store/meta.ts";
import type { OperationRecord } from "../store/operation.ts";
import { unlessDeleted } from "../store/unless-deleted.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { hintRun } from "./hint-run.ts";
import { atWork, conflict, noRun, readRun } from "./read-run.ts";

/**
 * Rows 20 and 25: lets a run go on that is paused, blocked, failed or cancelled. Doing it twice, or two at
 * once, lets it go on once.
 * @param timeMs time that its parent has from now on, milliseconds: it gets no more after an end
 * @throws RunNotFoundError, RunConflictError
 */
export async function resumeRun(
  deps: ClientDependencies,
  id: string,
  timeMs?: number,
): Promise<void> {
  const { store, clock, ids } = deps;
  for (;;) {
    const run = await readRun(deps, id);
    if (run.status === "succeeded") return;
    if (isFinished(run.status)) {
      if (await resumeFinished(deps, run, timeMs)) return;
      continue;
    }
    const resumed = await store.resumeRun({ run, now: clock.now(), tx: ids.nonce() });
    if (resumed.outcome === "gone") throw noRun(id);
    if (resumed.outcome === "running") return;
    if (resumed.outcome === "queued") return hintRun(deps, id, resumed.dueAt);
    const { meta } = resumed;
    if (isFinished(meta.status)) continue;
    if (meta.cancel) throw conflict(meta, "is being cancelled; resume it once that is done");
    // Somebody has resumed it, and may have died before the hint.
    if (meta.status === "queued") await hintRun(deps, id, meta.dueAt);
    return;
  }
}

/** Whether it has been resumed, by this call; if not, META has changed since it was read. */
async function resumeFinished(
  deps: ClientDependencies,
  run: Meta,
  timeMs = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const { store, clock, ids } = deps;
  assertStarted(run);
  assertRemembered(run, clock.now());
  if (run.owed.includes("children")) {
    await hintRun(deps, run.id, undefined);
    throw conflict(run, "has ended, but its children are not cancelled yet; resume it in a moment");
  }
  // What its owner still records counts, and no body of it begins beside those of the owner to come.
  if (mayBeAtWork(run, clock.now())) throw atWork(run, "resume");
  const records = await store.readSnapshot(historyOf(run));
  const { failedOperation: at, finishedAt } = run;
  const kept = keptRecords(records, { at, finishedAt });
  const dropped = droppedChildren(records, kept);
  // Children that are resumed run on, so a refusal comes before that.
  if (dropped.length > 0 && (await store.isOverfull(run, { records, kept }))) throw overfull(run);
  const least = Math.min(run.timeLimitMs ?? timeMs, timeMs);
  const timeLimitMs = Number.isFinite(least) ? least : undefined;
  await resumeChildren(deps, run, dropped, timeLimitMs);
  const now = clock.now();
  const nonce = () => ids.nonce();
  const resumed = await unlessDeleted(store, run, () =>
    store.resumeFinished({ run, records, kept, timeLimitMs, now, tx: nonce(), nonce }),
  );
  if (resumed === undefined || resumed === "gone") throw noRun(run.id);
  if (resumed === "overfull") throw overfull(run);
  if (resumed === "queued") await hintRun(deps, run.id, now);
  return resumed === "queued";
}

const overfull = (run: Meta): RunConflictError =>
  conflict(
    run,
    `has taken more events after the point from which it would go on than the ${LIMITS.spilledMax} that a resume can give it again; fork it, and send the fork what it waits for`,
  );

/**
 * Resumes the children that will be asked for again, before the run itself: it would be given the outcome
 * they have.
 */
async function resumeChildren(
  deps: ClientDependencies,
  run: Meta,
  dropped: readonly OperationRecord[],
  timeMs: number | undefined,
): Promise<void> {
  for (const { key, childId: id } of dropped) {
    if (id === undefined || id !== childId(run.id, run.round, key)) continue;
    const child = await deps.store.readRun(id);
    if (child?.parent?.id !== run.id || child.parent.incarnation !== run.incarnation) continue;
    // The run's next generation starts one that was never started.
    if (isPlaceholder(child)) continue;
    if (child.cancel && !isFinished(child.status)) {
      throw conflict(run, `has a child, "${id}", that is being cancelled; resume it in a moment`);
    } else if (child.status === "failed" || child.status === "cancelled") {
      await resumeRun(deps, id, timeMs);
    }
  }
}

/** Whether a run was put as cancelled in place of one that was never started, and so has no input. */
const isPlaceholder = ({ givenUpBy }: Meta): boolean => givenUpBy !== undefined;

/** Throws RunConflictError for a run of which nothing but its cancellation is there. */
export function assertStarted(run: Meta): void {
  if (isPlaceholder(run)) {
    throw conflict(run, "was cancelled before it was started; resume the run that asks for it");
  }
}

/** Throws RunConflictError for a run whose history has expired: what goes on from it would do everything again. */
export function assertRemembered(run: Meta, now: EpochMs): void {
  const expiredAt = run.historyTtl * 1000;
  if (expiredAt <= now) {
    throw conflict(
      run,
      `has lost its history, which expired at ${new Date(expiredAt).toISOString()}, so that nothing says what it has done already; start a new run`,
    );
  }
}
