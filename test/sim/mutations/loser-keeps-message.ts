import type { Patch } from "../patch.ts";

/** What a loser was given is not given back. */
export const loserKeepsMessage: Patch = {
  name: "a message stays with the branch that lost its race",
  edits: [
    {
      file: "lambda/engine/cancelled.ts",
      find: `if (taken !== undefined && !settlements.isReservedFor(key)) outside.mailbox.putBack(taken);`,
      replace: ``,
    },
  ],
};
