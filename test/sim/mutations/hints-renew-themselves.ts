import type { Patch } from "../patch.ts";

/** Hints renew themselves. */
export const hintsRenewThemselves: Patch = {
  name: "a hint that was not sent for the time it finds is renewed, too",
  edits: [
    {
      file: "lambda/core/refused-claim.ts",
      find: `const mayBeTheLast = isOwnersMessage || hint.sentFor === run.dueAt;`,
      replace: `const mayBeTheLast = isOwnersMessage || hint.sentFor !== -1;`,
    },
  ],
};
