import type { Patch } from "../patch.ts";

/** A fork that fails undoes the steps that it has from its source. */
export const forkUndoesSources: Patch = {
  name: "a fork undoes what its source has done",
  edits: [
    {
      file: "lambda/engine/undo.ts",
      find: "undo === undefined || record?.inherited ?",
      replace: 'undo === undefined || record?.key === "" ?',
    },
  ],
};
