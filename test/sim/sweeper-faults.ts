import type { Draw } from "./draw.ts";
import type { Fault, SweeperFault } from "./faults.ts";

/** How often the sweeper has trouble where what goes wrong makes its sweeps matter, and elsewhere. */
const WHERE_NEEDED = 0.8;
const ELSEWHERE = 0.25;
/** Hints of which one is lost for the sweeper to be needed. */
const HINTS = 8;

const KINDS = [
  [4, "crash-before"],
  [4, "crash-after"],
  [2, "lost-reply"],
  [2, "late"],
  [1, "slow"],
  [1, "throttle"],
] as const;
/** A sweeper's calls: what dies between the push and its hint does so after the one, or before the other. */
const ROWS = [
  [5, "sweep"],
  [4, "send hint"],
  [1, "look for due runs"],
  [1, "read children"],
] as const;

/**
 * Draws what goes wrong with the sweeper beside other faults, once or twice; a hint is lost for it in some of the
 * plays that would not need it. To be drawn apart from all else, so that the other faults of a seed stay as they are.
 */
export function sweeperFaults(draw: Draw, others: readonly Fault[]): Fault[] {
  const isNeeded = others.some(
    (fault) =>
      ["sweeper-only", "lost-hint", "throttled-period"].includes(fault.kind) ||
      (fault.kind === "hints" && fault.lost > 0),
  );
  if (!draw.happens(isNeeded ? WHERE_NEEDED : ELSEWHERE)) return [];
  const faults: Fault[] = [sweeperFault(draw)];
  if (draw.happens(0.4)) faults.push(sweeperFault(draw));
  if (!isNeeded && draw.happens(0.7)) {
    faults.push({ kind: "lost-hint", nth: draw.int(1, HINTS) });
  }
  return faults;
}

const sweeperFault = (draw: Draw): SweeperFault => ({
  kind: draw.weighted(KINDS),
  sweeperAt: { row: draw.weighted(ROWS), nth: draw.pick([1, 1, 1, 2, 3]) },
  ms: draw.pick([20, 900, 8_000, 70_000]),
});
