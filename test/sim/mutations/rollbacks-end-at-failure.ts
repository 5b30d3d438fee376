import type { Patch } from "../patch.ts";

/** A failed rollback ends the others. */
export const rollbacksEndAtFailure: Patch = {
  name: "a rollback that fails for good is the last",
  edits: [
    {
      file: "lambda/engine/rollback.ts",
      find: `await execution.enqueue(request, behaviour).catch((error: unknown) => {`,
      replace: `let hasFailed = false;
    await execution.enqueue(request, behaviour).catch((error: unknown) => {
      hasFailed = true;`,
    },
    {
      file: "lambda/engine/rollback.ts",
      find: `the others go on", { step: key, error });
    });`,
      replace: `the others go on", { step: key, error });
    });
    if (hasFailed) return;`,
    },
  ],
};
