import { CRASHES, describeFaultsAtEveryCall, LAPSES } from "./crash.ts";

for (const name of ["steps", "retries", "sleeps", "races"] as const) {
  describeFaultsAtEveryCall(name, [...CRASHES, ...LAPSES]);
}
