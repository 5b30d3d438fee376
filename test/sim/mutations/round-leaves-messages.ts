import type { Patch } from "../patch.ts";

/** A round does not require wakeSeq as seen. */
export const roundLeavesMessages: Patch = {
  name: "a round begins whatever has come meanwhile",
  edits: [
    {
      file: "lambda/store/continue-as-new.ts",
      find: `AND #wakeSeq = :seen`,
      replace: `AND #wakeSeq >= :seen`,
    },
  ],
};
