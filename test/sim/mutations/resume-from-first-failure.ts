import type { Patch } from "../patch.ts";

/** What completed after a failure that the code caught is dropped. */
export const resumeFromFirstFailure: Patch = {
  name: "a run is resumed from its first failure, caught or not",
  edits: [
    {
      file: "lambda/client/resume-run.ts",
      find: `  const { failedOperation: at, finishedAt } = run;`,
      replace: `  const { finishedAt } = run;
  const at = records.find((one) => (one as { error?: unknown }).error !== undefined)?.key;`,
    },
  ],
};
