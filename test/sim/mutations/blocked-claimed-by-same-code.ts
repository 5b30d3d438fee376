import type { Patch } from "../patch.ts";

/** A blocked run is claimed by the code that blocked it. */
export const blockedClaimedBySameCode: Patch = {
  name: "a blocked run is claimed by the code that blocked it",
  edits: [
    {
      file: "lambda/store/claim-run.ts",
      find: "AND NOT #code IN (",
      replace: "AND NOT #owner IN (",
    },
  ],
};
