import type { Patch } from "../patch.ts";

/** Finish does not require the waiters as seen. */
export const finishIgnoresWaiters: Patch = {
  name: "finish does not require the waiters as seen",
  edits: [
    {
      file: "lambda/store/finish-run.ts",
      find: `owes ? "#waiters = :waiters" : "attribute_not_exists(#waiters)",`,
      replace: `owes ? "(#waiters = :waiters OR attribute_exists(#waiters))" : "attribute_exists(#pk)",`,
    },
  ],
};
