import { describeFaultsAtEveryCall, LAPSES } from "./crash.ts";

// More of them, or all: test/torture/controlled-runs.test.ts.
describeFaultsAtEveryCall("children", LAPSES, 30);
