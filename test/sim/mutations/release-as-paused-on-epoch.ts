import type { Patch } from "../patch.ts";

/** A run is released as paused though the pause was taken back, or a cancel came. */
export const releaseAsPausedOnEpoch: Patch = {
  name: "a run is released as paused on its epoch only",
  edits: [
    {
      file: "lambda/store/hold-run.ts",
      find: `      condition: "attribute_exists(#pause) AND attribute_not_exists(#cancel)",`,
      replace: `      condition: "#epoch = :epoch",`,
    },
  ],
};
