import { CRASHES, describeFaultsAtEveryCall } from "./crash.ts";

// A crash at every call: test/torture/controlled-runs.test.ts.
describeFaultsAtEveryCall("children", CRASHES, 16);
