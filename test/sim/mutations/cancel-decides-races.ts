import type { Patch } from "../patch.ts";

/** What was given up settles when it is woken. */
export const cancelDecidesRaces: Patch = {
  name: "a race that a cancel rejected is decided",
  edits: [
    {
      file: "lambda/engine/recording.ts",
      find: `  if (execution.isDropped(operation)) return never();`,
      replace: `  if (execution.isOver) return never();`,
    },
  ],
};
