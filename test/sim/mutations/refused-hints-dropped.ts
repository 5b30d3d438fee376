import type { Patch } from "../patch.ts";

/** Every refused hint is dropped. */
export const refusedHintsDropped: Patch = {
  name: "every refused hint is dropped",
  edits: [
    {
      file: "lambda/core/refused-claim.ts",
      find: `  if (!run) return { action: "drop" };`,
      replace: `  if (!run || run.epoch !== -1) return { action: "drop" };`,
    },
  ],
};
