import type { Patch } from "../patch.ts";

/** A run of a workflow that is not there fails. */
export const unknownWorkflowFails: Patch = {
  name: "a run of a workflow that is not there fails",
  edits: [
    {
      file: "lambda/engine/advance.ts",
      find: "settled(await block(execution, undefined, unknownWorkflow(execution)))",
      replace: "settled(await fail(execution, unknownWorkflow(execution)))",
    },
  ],
};
