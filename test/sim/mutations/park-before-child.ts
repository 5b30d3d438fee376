import type { Patch } from "../patch.ts";

/** A run parks before the child that it waits for is put. */
export const parkBeforeChild: Patch = {
  name: "a run parks before the child that it waits for is put",
  edits: [
    {
      file: "lambda/engine/ops/child.ts",
      find: `        const failed = await ensureChild(operation, execution, child, id, true);
        if (failed) return settle(execution, operation, failed);
        operation.hasSeenChild = true;`,
      replace: `        void ensureChild(operation, execution, child, id, true);
        operation.hasSeenChild = true;`,
    },
    {
      file: "lambda/engine/ops/child.ts",
      find: "const started = await execution.inFlight(operation, async () =>",
      replace: "const started = await ((_, put) => put())(operation, async () =>",
    },
  ],
};
