import type { Patch } from "../patch.ts";

/** A blocked run is looked at as often as one that is due. */
export const blockedNotBackedOff: Patch = {
  name: "a blocked run is looked at as often as one that is due",
  edits: [
    {
      file: "lambda/core/sweep.ts",
      find: 'if (run.status === "blocked") return again(LIMITS.blockedCheckMs, LIMITS.blockedCheckMaxMs);',
      replace:
        'if (run.status === "blocked") return again(LIMITS.checkAfterMs, LIMITS.nudgeMaxMs);',
    },
  ],
};
