import type { Patch } from "../patch.ts";

/** A copy of a history keeps the records of children that have not ended. */
export const forkTakesPendingChildren: Patch = {
  name: "a fork takes pending children along",
  edits: [
    {
      file: "lambda/core/cut.ts",
      find: `  return [...settled, ...fired];`,
      replace: `  return [...settled, ...fired, ...records.filter((one) => one.kind === "run" && one.order === undefined)];`,
    },
  ],
};
