import type { Patch } from "../patch.ts";

/** No takeover mark. */
export const noTakeoverMark: Patch = {
  name: "no takeover mark",
  edits: [
    {
      file: "lambda/engine/pending.ts",
      find: "if (execution.marksFirst) {",
      replace: "if (execution.marksFirst && execution.deps === undefined) {",
    },
  ],
};
