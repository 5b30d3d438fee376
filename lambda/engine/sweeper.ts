import { encodeError } from "../core/encode-error.ts";
import { RunTimeoutError } from "../core/errors.ts";
import { decideSweep, endedBySweep, isExpiringAtRest } from "../core/sweep.ts";
import type { Meta } from "../store/meta.ts";
import { partitionsOf } from "../store/restamp.ts";
import { DUE_SHARDS } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { cancelledError } from "./cancelled.ts";
import type { EngineDependencies } from "./dependencies.ts";

interface SweepDependencies extends Pick<EngineDependencies, "hints" | "clock" | "ids" | "log"> {
  readonly store: Store;
}

/** What one sweep did. */
export interface SweepReport {
  readonly looked: number;
  readonly hints: number;
}

/** A sweep ends after this long or this many hints; the next one goes on. */
const SWEEP_MS = 20_000;
const HINTS_MAX = 2_000;

/**
 * Row 26: finds every run that must be looked at — its hint lost, its worker dead, its long sleep at
 * an end, its debts unpaid — pushes `checkAt` out, then sends a hint. Two sweeps at once are safe.
 * Each run and each shard is taken by itself: what is wrong with one is logged, and the next sweep looks again.
 * @throws Error when no shard could be read, or when runs could not be woken and none was: nobody looks after
 * them then, which the function's alarm must tell. One run that is damaged is no reason among others that are woken,
 * and one whose META cannot be read is none at all: it would stay one for ever.
 */
export async function sweep(deps: SweepDependencies): Promise<SweepReport> {
  const { store, clock, log } = deps;
  const startedAt = clock.now();
  let looked = 0;
  let sent = 0;
  const failures: unknown[] = [];
  const isDone = () => clock.now() - startedAt > SWEEP_MS || sent >= HINTS_MAX;
  const sweepShard = async (shard: number): Promise<void> => {
    for await (const due of store.dueRuns(shard, startedAt)) {
      if (isDone()) return;
      looked += 1;
      try {
        if (due.meta === undefined) throw due.error;
        if (await sweepRun(deps, due.meta)) sent += 1;
      } catch (error) {
        log.error("a run was not swept; a later sweep looks at it again", { run: due.id, error });
        if (due.meta !== undefined) failures.push(error);
      }
    }
  };
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
  const swept = await Promise.allSettled(shards.map(sweepShard));
  const errors = swept.flatMap((result, shard): unknown[] => {
    if (result.status === "fulfilled") return [];
    const error: unknown = result.reason;
    log.error("a shard was not swept; the next sweep takes it", { shard, error });
    return [error];
  });
  if (errors.length === DUE_SHARDS) {
    const [cause] = errors;
    throw new Error(`no shard could be swept, the first because of ${String(cause)}`, { cause });
  }
  if (failures.length > 0 && sent === 0) {
    const [cause] = failures;
    throw new Error(`none of ${looked} due runs was woken, the first because of ${String(cause)}`, {
      cause,
    });
  }
  return { looked, hints: sent };
}

/** Pushes `checkAt` out, then sends the hint that is needed, if any; whether one was sent. */
async function sweepRun(deps: SweepDependencies, meta: Meta): Promise<boolean> {
  const { store, hints, clock, ids } = deps;
  const now = clock.now();
  const why = endedBySweep(meta, now);
  if (why) await end(deps, meta, why);
  const historyTtl = isExpiringAtRest(meta, now) ? await restamp(deps, meta) : meta.historyTtl;
  const decision = decideSweep({ ...meta, historyTtl }, now);
  const pushed = await store.pushCheck(meta, decision, now, ids.nonce());
  if (!pushed || decision.hintDelayMs === undefined) return false;
  const isAhead = decision.hintDelayMs > 0;
  await hints.send(
    { run: meta.id, for: decision.wake ? now : meta.dueAt },
    isAhead ? decision.hintDelayMs + 1_000 : 0,
  );
  return true;
}

/** Rule 17: no owner gives the records of a paused or blocked run a new lease of life, so the sweeper does. */
const restamp = async ({ store, ids }: SweepDependencies, run: Meta): Promise<number> =>
  store.restampResting(run, ids.nonce(), await partitionsOf(store.values, run));

/** Row 28: nobody claims a paused or blocked run, so that it ends here; what it owes, the next sweep sees to. */
async function end(
  { store, clock, ids }: SweepDependencies,
  run: Meta,
  why: "timeout" | "cancel",
): Promise<void> {
  const isTimeout = why === "timeout";
  const error = isTimeout
    ? new RunTimeoutError(
        `run ${run.id} was ${run.status} at its deadline; what it did was not undone`,
      )
    : cancelledError(run.id, run.cancel);
  await store.terminateRun({
    run,
    isOnlyAsRead: true,
    from: isTimeout ? ["paused", "blocked"] : ["blocked"],
    error: encodeError(error),
    now: clock.now(),
    tx: ids.nonce(),
  });
}
