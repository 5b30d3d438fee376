import { decideSweep } from "../core/sweep.ts";
import { DUE_SHARDS } from "../store/schema.ts";
import type { EngineDependencies } from "./dependencies.ts";

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
 */
export async function sweep(
  deps: Pick<EngineDependencies, "store" | "hints" | "clock" | "ids" | "log">,
): Promise<SweepReport> {
  const { store, hints, clock, ids, log } = deps;
  const startedAt = clock.now();
  let looked = 0;
  let sent = 0;
  const isDone = () => clock.now() - startedAt > SWEEP_MS || sent >= HINTS_MAX;
  const sweepShard = async (shard: number): Promise<void> => {
    for await (const meta of store.dueRuns(shard, startedAt)) {
      if (isDone()) return;
      looked += 1;
      const now = clock.now();
      const decision = decideSweep(meta, now);
      const pushed = await store.pushCheck(meta, decision, now, ids.nonce());
      if (!pushed || decision.hintDelayMs === undefined) continue;
      const isAhead = decision.hintDelayMs > 0;
      await hints.send(
        { run: meta.id, for: decision.wake ? now : meta.dueAt },
        isAhead ? decision.hintDelayMs + 1_000 : 0,
      );
      sent += 1;
    }
  };
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
  const swept = await Promise.allSettled(shards.map(sweepShard));
  for (const [shard, result] of swept.entries()) {
    if (result.status === "rejected") {
      log.error("a shard was not swept; the next sweep takes it", { shard, error: result.reason });
    }
  }
  return { looked, hints: sent };
}
