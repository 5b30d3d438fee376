import type { Patch } from "../patch.ts";

/** A settled record is written without the fence. */
export const noFence: Patch = {
  name: "a settled record is written without the fence",
  edits: [
    {
      file: "lambda/store/write-operation.ts",
      find: "settle: FENCE,",
      replace: `settle: "attribute_not_exists(#sk) OR #s <> :done OR #e <= :epoch OR #e > :epoch",`,
    },
  ],
};
