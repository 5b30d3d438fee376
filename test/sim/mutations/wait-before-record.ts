import type { Patch } from "../patch.ts";

/** A run waits, and parks, before its wait is recorded. */
export const waitBeforeRecord: Patch = {
  name: "a run waits, and parks, before its wait is recorded",
  edits: [
    {
      file: "lambda/engine/recording.ts",
      find: `  const written = await execution.inFlight(operation, () =>
`,
      replace: `  if (guard === "begin") {
    void deps.store.writeOperation(historyPk, record, meta.historyTtl, guard);
    operation.record = record;
    return;
  }
  const written = await execution.inFlight(operation, () =>
`,
    },
  ],
};
