import type { Patch } from "../patch.ts";

/** The lease is not looked at after the mark. */
export const onceAfterLease: Patch = {
  name: "a body at most once begins however long its mark took",
  edits: [
    {
      file: "lambda/engine/ops/step.ts",
      find: `if (!execution.lease.allowsWork) await waitFor(execution, operation, { bodyMs });`,
      replace: ``,
    },
  ],
};
