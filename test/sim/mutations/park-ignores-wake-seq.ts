import type { Patch } from "../patch.ts";

/** Park ignores wakeSeq. */
export const parkIgnoresWakeSeq: Patch = {
  name: "park ignores wakeSeq",
  edits: [
    {
      file: "lambda/store/hold-run.ts",
      find: `condition: "#wakeSeq = :seen AND attribute_not_exists(#pause)",`,
      replace: `condition: "#wakeSeq >= :seen AND attribute_not_exists(#pause)",`,
    },
  ],
};
