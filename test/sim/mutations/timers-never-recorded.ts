import type { Patch } from "../patch.ts";

/** A timer is not recorded although other operations are pending. */
export const timersNeverRecorded: Patch = {
  name: "a timer is not recorded although other operations are pending",
  edits: [
    {
      file: "lambda/engine/ops/sleep.ts",
      find: "if (execution.isAlone(operation)) return",
      replace: "if (execution.pending.has(operation.key)) return",
    },
  ],
};
