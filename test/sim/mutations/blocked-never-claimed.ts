import type { Patch } from "../patch.ts";

/** No code claims a blocked run. */
export const blockedNeverClaimed: Patch = {
  name: "no code claims a blocked run",
  edits: [
    {
      file: "lambda/store/claim-run.ts",
      find: "OR (#status = :blocked AND NOT",
      replace: "OR (#status = :blocked AND attribute_exists(#finishedAt) AND NOT",
    },
  ],
};
