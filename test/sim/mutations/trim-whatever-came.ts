import type { Patch } from "../patch.ts";

/** A trim is written whatever has come meanwhile. */
export const trimWhateverCame: Patch = {
  name: "a trim is written whatever has come meanwhile",
  edits: [
    {
      file: "lambda/store/hold-run.ts",
      find: '${trim ? " AND #wakeSeq = :seen" : ""}',
      replace: '${trim ? " AND #wakeSeq >= :seen" : ""}',
    },
  ],
};
