import type { Patch } from "../patch.ts";

/** A step at most once that was found running runs again. */
export const interruptedRunsAgain: Patch = {
  name: "a step at most once that was interrupted runs again",
  edits: [
    {
      file: "lambda/engine/ops/step.ts",
      find: `if (record?.state === "running")`,
      replace: `if (record?.state === "running" && record.attempt === 0)`,
    },
  ],
};
