import type { Patch } from "../patch.ts";

/** A taker marks all that is pending at once. */
export const marksAtOnce: Patch = {
  name: "what was asked for last is marked beside what was asked for first",
  edits: [
    {
      file: "lambda/engine/pending.ts",
      find: `    const { askedAfter = 0 } = one;`,
      replace: `    const askedAfter = 0;`,
    },
  ],
};
