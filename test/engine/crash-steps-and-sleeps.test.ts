import { CRASHES, describeFaultsAtEveryCall, LAPSES } from "./crash.ts";

for (const name of ["steps", "retries", "sleeps", "races"] as const) {
  describeFaultsAtEveryCall(name, CRASHES);
  // At every call: test/torture/controlled-runs.test.ts.
  describeFaultsAtEveryCall(name, LAPSES, 8);
}
