import { CRASHES, describeFaultsAtEveryCall, LAPSES } from "./crash.ts";

// A crash at every call: test/torture/controlled-runs.test.ts.
for (const name of ["steps", "retries", "sleeps", "races"] as const) {
  describeFaultsAtEveryCall(name, CRASHES, 8);
  describeFaultsAtEveryCall(name, LAPSES, 5);
}
