import type { Patch } from "../patch.ts";

/** Two rounds have equal keys. */
export const roundsShareKeys: Patch = {
  name: "two rounds of a run have equal idempotency keys",
  edits: [
    {
      file: "lambda/core/keys.ts",
      find: "digest([id, incarnation, round, key, ...(undone",
      replace: "digest([id, incarnation, round > 0, key, ...(undone",
    },
  ],
};
