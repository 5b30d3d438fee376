import type { Patch } from "../patch.ts";

/** A cancelled run does not tell the children that it waited for. */
export const cancelForgetsChildren: Patch = {
  name: "the children of a cancelled run are not asked to end",
  edits: [
    {
      file: "lambda/engine/cancelled.ts",
      find: `abandoned.set(id, record);`,
      replace: `void abandoned;`,
    },
  ],
};
