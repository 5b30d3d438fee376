import type { Patch } from "../patch.ts";

/** The fence ignores the epoch. */
export const noEpochInFence: Patch = {
  name: "the fence ignores the epoch",
  edits: [
    {
      file: "lambda/store/write-operation.ts",
      find: `"attribute_not_exists(#sk) OR (#s <> :done AND #e <= :epoch)";`,
      replace: `"attribute_not_exists(#sk) OR (#s <> :done AND (#e <= :epoch OR #e > :epoch))";`,
    },
  ],
};
