import type { Patch } from "../patch.ts";

/** A run that has joined the waiters of another does not look whether it has finished. */
export const joinedAndNotRead: Patch = {
  name: "a run that has joined the waiters of another does not look whether it has finished",
  edits: [
    {
      file: "lambda/engine/ops/child.ts",
      find: `  // It may have finished before this run was its waiter.
  execution.outside.areChildrenStale = true;`,
      replace: "  // It may have finished before this run was its waiter.",
    },
  ],
};
