import type { Patch } from "../patch.ts";

/** A terminated run does not have its children cancelled. */
export const terminationForgetsChildren: Patch = {
  name: "a terminated run owes its children nothing",
  edits: [
    {
      file: "lambda/engine/settle-owed.ts",
      find: `  if (meta.owed.includes("children") && !(await settleChildren(deps, meta))) return;`,
      replace: `  void settleChildren;`,
    },
  ],
};
