import { describe, expect, it } from "vitest";
import { CONTROLLED } from "../engine/acts.ts";
import { calmly, expectLegalEnd, INTRUSIONS } from "../engine/act-at-any-call.ts";
import { CRASHES, describeFaultsAtEveryCall, LAPSES } from "../engine/crash.ts";
import { sampled } from "../engine/sample.ts";

/** Calls of each play at which something goes wrong; SAVEPOINT_SAMPLES=Infinity takes every one. */
const SAMPLES = Number(process.env["SAVEPOINT_SAMPLES"] ?? 8);

for (const name of ["steps", "retries", "sleeps", "races", "children"] as const) {
  describeFaultsAtEveryCall(name, CRASHES);
  describeFaultsAtEveryCall(name, LAPSES, SAMPLES);
}
for (const name of CONTROLLED) describeFaultsAtEveryCall(name, [...CRASHES, ...LAPSES], SAMPLES);

describe.each(Object.entries(INTRUSIONS))("%s", (_, intrusion) => {
  it.each(["before", "after", { pauseMs: 40_000, afterMs: 20_000 }] as const)(
    "at each call of the workers ends legally: %j",
    async (when) => {
      const calm = await calmly(intrusion);
      expect(calm.calls).toBeGreaterThan(5);
      for (const n of sampled(calm.calls, SAMPLES)) {
        await expectLegalEnd(intrusion, calm, n, when);
      }
    },
  );
});
