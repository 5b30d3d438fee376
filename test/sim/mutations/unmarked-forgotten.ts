import type { Patch } from "../patch.ts";

/** A claim does not go by `unmarked`. */
export const unmarkedForgotten: Patch = {
  name: "a claim forgets that a taker had still to mark",
  edits: [
    {
      file: "lambda/store/claim-run.ts",
      find: `isTakeover: isTakeover || meta.isUnmarked`,
      replace: `isTakeover`,
    },
  ],
};
