import type { Patch } from "../patch.ts";

/** The denial of a patch is not fenced. */
export const denialNotFenced: Patch = {
  name: "a patch that a taker denies is not fenced",
  edits: [
    {
      file: "lambda/engine/pending.ts",
      find: `[...held, ...execution.denied];`,
      replace: `[...held];`,
    },
  ],
};
