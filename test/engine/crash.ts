import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../lambda/engine/settings.ts";
import type { ProcessFault } from "../../lambda/testing/faulty-handler.ts";
import type { WorldOptions } from "../../lambda/testing/world.ts";
import { sampled } from "./sample.ts";
import { play, type WorkflowName } from "./play.ts";

/** Faults that end the process, and faults that it must live through. */
export const CRASHES = ["crash-before", "crash-after"] as const;
export const LAPSES = ["lost-reply", "throttle"] as const;

const VISIBILITY_SECONDS = 5;
/** Recovery takes no longer than a lease and 5 seconds. */
const RECOVERY_MS = DEFAULT_SETTINGS.leaseMs + 5_000;

/**
 * Something goes wrong with the n-th call in a world where messages that nobody extends come back
 * soon. The first sweep after it is left out: the next comes too late to be of help in time. (All
 * cannot be left out: a sleep of more than 15 minutes ends by a sweep.)
 */
function faultAt(n: number, fault: ProcessFault): Partial<WorldOptions> {
  let isHit = false;
  return {
    visibilitySeconds: VISIBILITY_SECONDS,
    fault: (call) => {
      if (call !== n) return undefined;
      isHit = true;
      return fault;
    },
    aroundSweep: async (sweep) => {
      if (!isHit) await sweep();
      isHit = false;
    },
  };
}

/**
 * Defines the tests of one workflow: for each call to AWS of an undisturbed run, or `samples` of them,
 * the same run with that call gone wrong must end the same, and in time without the sweeper's help.
 */
export function describeFaultsAtEveryCall(
  name: WorkflowName,
  faults: readonly ((typeof CRASHES)[number] | (typeof LAPSES)[number])[],
  samples = Number.POSITIVE_INFINITY,
): void {
  describe(`${name}, any one of its calls gone wrong`, () => {
    it.each(faults)(
      "ends as if nothing had happened: %s",
      async (fault) => {
        const calm = await play(name, { visibilitySeconds: VISIBILITY_SECONDS });
        expect(calm.calls).toBeGreaterThan(5);
        for (const n of sampled(calm.calls, samples)) {
          const hit = await play(name, faultAt(n, fault));
          const at = `${fault} at call ${n} of ${calm.calls}`;
          const isCrash = fault === "crash-before" || fault === "crash-after";
          if (isCrash && name === "once") {
            expectInterruptedAtMost(hit.output, calm.output, at);
          } else {
            expect(hit.output, at).toEqual(calm.output);
          }
          // What was entered before a cancel, or between mark and crash, depends on the fault.
          if (!["cancelled", "timed", "once"].includes(name))
            expect(hit.names, at).toEqual(calm.names);
          if (isCrash) {
            expect(hit.tookMs, at).toBeLessThanOrEqual(calm.tookMs + RECOVERY_MS);
          } else if (name !== "cancelled") {
            // A fault that ends no process makes no body run again.
            expect(hit.entered, at).toBeLessThanOrEqual(calm.entered);
          }
        }
      },
      300_000,
    );
  });
}

/** A step that runs at most once may be given up when its process dies, but only one is. */
function expectInterruptedAtMost(output: unknown, calm: unknown, at: string): void {
  const got = output as readonly string[];
  expect(got.filter((one) => one === "interrupted").length, at).toBeLessThanOrEqual(1);
  const rest = got.map((one, index) =>
    one === "interrupted" ? (calm as readonly string[])[index] : one,
  );
  expect(rest, at).toEqual(calm);
}
