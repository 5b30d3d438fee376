import { CONTROLLED } from "./acts.ts";
import { CRASHES, describeFaultsAtEveryCall, LAPSES } from "./crash.ts";

// All of them: test/torture/controlled-runs.test.ts.
for (const name of CONTROLLED) describeFaultsAtEveryCall(name, [...CRASHES, ...LAPSES], 5);
