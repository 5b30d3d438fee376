import { describeFaultsAtEveryCall, LAPSES } from "./crash.ts";

describeFaultsAtEveryCall("children", LAPSES);
