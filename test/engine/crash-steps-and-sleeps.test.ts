import { CRASHES, describeFaultsAtEveryCall, LAPSES } from "./crash.ts";

for (const name of ["steps", "retries", "sleeps", "races"] as const) {
  describeFaultsAtEveryCall(name, CRASHES);
  // More of them, or all: test/torture/controlled-runs.test.ts.
  describeFaultsAtEveryCall(name, LAPSES, 5);
}
