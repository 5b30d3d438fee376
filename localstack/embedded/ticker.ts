import type { Clock, EpochMs } from "../../lambda/core/clock.ts";
import type { Log } from "../../lambda/core/log.ts";
import type { Invoke } from "./lambda-host/invocation.ts";
import { scheduledEvent } from "./scheduled-event.ts";

/** What the clock sets off. */
export interface TickerOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly invoke: Invoke;
  /** Removes items whose time to live is over. */
  readonly expire: () => Promise<number>;
  readonly newId: () => string;
  /** Minutes between two sweeps. */
  readonly everyMinutes: number;
  /** Whether to sweep at once too, because time has passed while nobody did. */
  readonly atOnce: boolean;
}

const MINUTE_MS = 60_000;
/** DynamoDB removes expired items within days; each hour keeps the memory small. */
const EXPIRE_EVERY_MS = 60 * MINUTE_MS;

/**
 * EventBridge's part: invokes the sweeper on the full minute, as a rule with `rate(1 minute)` does,
 * whether or not the last sweep has ended. Returns a function that stops it.
 */
export function startTicker(options: TickerOptions): () => void {
  const { clock, log, invoke, expire, newId } = options;
  const sweepEveryMs = options.everyMinutes * MINUTE_MS;

  const sweep = (): void => {
    // The host has logged a failure, and the next tick comes anyway.
    void invoke("sweeper", scheduledEvent(newId(), clock.now(), "sweep"));
  };
  const removeExpired = (): void => {
    expire().then(
      (removed) => removed > 0 && log.info("expired items removed", { removed }),
      (error: unknown) => log.error("expired items could not be removed", { error }),
    );
  };

  if (options.atOnce) sweep();
  const stops = [every(clock, sweepEveryMs, sweep), every(clock, EXPIRE_EVERY_MS, removeExpired)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Calls `tick` at each multiple of `ms` since the epoch; returns a function that stops it. */
function every(clock: Clock, ms: number, tick: () => void): () => void {
  let cancel: (() => void) | undefined;

  function waitFor(time: EpochMs): void {
    cancel = clock.after(time - clock.now(), () => {
      // A timer may fire a moment before its time.
      if (clock.now() < time) return waitFor(time);
      tick();
      waitFor(nextMultiple());
    });
  }

  const nextMultiple = (): EpochMs => (Math.floor(clock.now() / ms) + 1) * ms;
  waitFor(nextMultiple());
  return () => cancel?.();
}
