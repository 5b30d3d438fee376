import type { Patch } from "../patch.ts";

/** A cancel is delivered before a patch is recorded. */
export const cancelRejectsPatches: Patch = {
  name: "a cancel rejects the question whether the code follows a change",
  edits: [
    {
      file: "lambda/engine/drive.ts",
      find: `  if (isPatchUnrecorded(execution)) return`,
      replace: `  if (isPatchUnrecorded(execution) && !execution.mustCancel) return`,
    },
  ],
};
