import type { Patch } from "../patch.ts";

/** A claim forgets that a taker had still to mark. */
export const unmarkedForgotten: Patch = {
  name: "a claim forgets that a taker had still to mark",
  edits: [
    {
      file: "lambda/store/claim-run.ts",
      find: "isTakeover: isTakeover || meta.isUnmarked };",
      replace: "isTakeover };",
    },
  ],
};
