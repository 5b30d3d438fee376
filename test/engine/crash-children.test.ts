import { CRASHES, describeFaultsAtEveryCall } from "./crash.ts";

describeFaultsAtEveryCall("children", CRASHES);
