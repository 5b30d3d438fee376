import type { Patch } from "../patch.ts";

/** A run that is ended in the middle of a rollback is resumed as if the rollback had not begun. */
export const rollbackUnannounced: Patch = {
  name: "a rollback does not say that it begins",
  edits: [
    {
      file: "lambda/engine/ops/step.ts",
      find: "if (atMostOnce || (isRollback && !record)) {",
      replace: "if (atMostOnce) {",
    },
  ],
};
