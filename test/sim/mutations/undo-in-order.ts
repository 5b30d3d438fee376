import type { Patch } from "../patch.ts";

/** Rollbacks run in the order of completion. */
export const undoInOrder: Patch = {
  name: "what was done first is undone first",
  edits: [
    {
      file: "lambda/engine/rollback.ts",
      find: `for (let last = execution.undos.pop(); last; last = execution.undos.pop()) {`,
      replace: `for (let last = execution.undos.shift(); last; last = execution.undos.shift()) {`,
    },
  ],
};
