import type { Patch } from "../patch.ts";

/** A late owner asks for the end of a run that was terminated, and resumed with more time. */
export const lateTimeoutEndsResumed: Patch = {
  name: "a timeout is asked of a run as it is now",
  edits: [
    {
      file: "lambda/engine/wait-for-event.ts",
      find: `    isOnlyAsRead: true,`,
      replace: `    isOnlyAsRead: false,`,
    },
  ],
};
