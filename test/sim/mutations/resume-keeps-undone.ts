import type { Patch } from "../patch.ts";

/** Rolled-back steps are taken for done. */
export const resumeKeepsUndone: Patch = {
  name: "a resumed run keeps the steps that were undone",
  edits: [
    {
      file: "lambda/core/cut.ts",
      find: `  return kind === "rollback" ? [key.slice(ROLLBACK_PREFIX.length)] : [];`,
      replace: `  return [];`,
    },
  ],
};
