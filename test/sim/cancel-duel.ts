import type { Act } from "./acts.ts";
import type { CalmCall } from "./calm-calls.ts";
import type { Draw } from "./draw.ts";
import { type Fault, LATE_WRITES } from "./faults.ts";

/**
 * An owner that stands still before a write until its taker has delivered a cancel, which rejects what the
 * write would settle. Undefined where there is no such write.
 */
export function drawCancelDuel(
  draw: Draw,
  calls: readonly CalmCall[],
): { readonly acts: Act[]; readonly faults: Fault[] } | undefined {
  const writes = calls.filter(({ row }) => LATE_WRITES.includes(row));
  if (writes.length === 0) return undefined;
  const there = draw.pick([...new Set(writes.map(({ row }) => row))]);
  const { row, nth } = draw.pick(writes.filter((one) => one.row === there));
  return {
    acts: [
      {
        at: { row: "claim over a lease", nth: 1, place: "before" },
        whom: "it",
        kind: "cancel",
        reason: "enough",
      },
    ],
    faults: [
      {
        kind: "freeze",
        when: "before",
        at: { row, nth },
        until: { row: "cancel delivered", nth: 1, isOfRun: true },
      },
    ],
  };
}
