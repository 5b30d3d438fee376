import { describeFaultsAtEveryCall, LAPSES } from "./crash.ts";

// At every call: test/torture/controlled-runs.test.ts.
describeFaultsAtEveryCall("children", LAPSES, 30);
