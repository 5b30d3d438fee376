import type { Patch } from "../patch.ts";

/** No takeover mark. */
export const noTakeoverMark: Patch = {
  name: "no takeover mark",
  edits: [
    {
      file: "lambda/engine/pending.ts",
      find: "if (!execution.marksFirst) return undefined;",
      replace: "if (execution.deps) return undefined;",
    },
  ],
};
