import type { Patch } from "../patch.ts";

/** A hint that came early is not renewed. */
export const earlyHintNotRenewed: Patch = {
  name: "a hint that came early is not renewed",
  edits: [
    {
      file: "lambda/core/refused-claim.ts",
      find: `? { action: "hint-later", delayMs: ahead, sentFor: run.dueAt }`,
      replace: `? { action: "drop" }`,
    },
  ],
};
