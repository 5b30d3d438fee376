import type { Patch } from "../patch.ts";

/** A run ends whatever is recorded that its code no longer asks for. */
export const unaskedForgotten: Patch = {
  name: "a run ends whatever is recorded that its code no longer asks for",
  edits: [
    {
      file: "lambda/engine/release.ts",
      find: "if (unasked) {",
      replace: "if (unasked && execution.isOver) {",
    },
  ],
};
