import type { Clock } from "../../lambda/core/clock.ts";

/** Looks a number of times during the wait, so that it ends at most a tenth too late. */
const LOOKS = 10;

/**
 * Calls `onIdle` once nothing was busy for a time.
 * @param isBusy whether anything is, or was since it was last asked
 * @param idleMs milliseconds without anything busy
 * @returns a function that stops looking
 */
export function watchIdle(
  clock: Clock,
  isBusy: () => boolean,
  idleMs: number,
  onIdle: () => void,
): () => void {
  let busyAt = clock.now();
  let cancel: (() => void) | undefined;

  function look(): void {
    const now = clock.now();
    if (isBusy()) busyAt = now;
    if (now - busyAt >= idleMs) return onIdle();
    cancel = clock.after(idleMs / LOOKS, look);
  }

  look();
  return () => cancel?.();
}
