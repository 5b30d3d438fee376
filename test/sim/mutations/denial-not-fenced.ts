import type { Patch } from "../patch.ts";

/** The denial of a patch is not fenced. */
export const denialNotFenced: Patch = {
  name: "what a taker denies or gives up is not fenced",
  edits: [
    {
      file: "lambda/engine/pending.ts",
      find: `[...undone, ...execution.unfenced];`,
      replace: `[...undone];`,
    },
  ],
};
