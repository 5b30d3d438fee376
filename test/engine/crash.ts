import { describe, expect, it } from "vitest";
import { play, type WorkflowName } from "./play.ts";

/** Faults that end the process, and faults that it must live through. */
export const CRASHES = ["crash-before", "crash-after"] as const;
export const LAPSES = ["lost-reply", "throttle"] as const;

/**
 * Defines the tests of one workflow: for each call to AWS of an undisturbed run, the same run with
 * that call gone wrong must end the same.
 */
export function describeFaultsAtEveryCall(
  name: WorkflowName,
  faults: readonly ((typeof CRASHES)[number] | (typeof LAPSES)[number])[],
): void {
  describe(`${name}, any one of its calls gone wrong`, () => {
    it.each(faults)(
      "ends as if nothing had happened: %s",
      async (fault) => {
        const calm = await play(name);
        expect(calm.calls).toBeGreaterThan(5);
        for (let n = 1; n <= calm.calls; n += 1) {
          const hit = await play(name, { fault: (call) => (call === n ? fault : undefined) });
          const at = `${fault} at call ${n} of ${calm.calls}`;
          expect(hit.output, at).toEqual(calm.output);
          expect(hit.names, at).toEqual(calm.names);
          // A fault that ends no process makes no body run again.
          const most = fault.startsWith("crash") ? Number.POSITIVE_INFINITY : calm.entered;
          expect(hit.entered, at).toBeLessThanOrEqual(most);
        }
      },
      300_000,
    );
  });
}
