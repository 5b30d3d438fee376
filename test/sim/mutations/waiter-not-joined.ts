import type { Patch } from "../patch.ts";

/** A run does not join the waiters of one that is there. */
export const waiterNotJoined: Patch = {
  name: "a run does not join the waiters of one that is there",
  edits: [
    {
      file: "lambda/engine/ops/child.ts",
      find: "if (!isWaiter && !isFinished(there.status)) {",
      replace: "if (isWaiter && !isFinished(there.status)) {",
    },
  ],
};
