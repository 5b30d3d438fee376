import type { Patch } from "../patch.ts";

/** The denial of a patch is not fenced. */
export const denialNotFenced: Patch = {
  name: "a taker denies a patch and does not fence it",
  edits: [
    {
      file: "lambda/engine/pending.ts",
      find: `    return markAll(execution, denied);`,
      replace: `    return undefined;`,
    },
  ],
};
