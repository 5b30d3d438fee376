import type { Patch } from "../patch.ts";

/** The child is put before its parent's record. */
export const childBeforeRecord: Patch = {
  name: "the child is put before its parent's record",
  edits: [
    {
      file: "lambda/engine/ops/child.ts",
      find: `        const workflow = child.workflow.name;
`,
      replace: `        const workflow = child.workflow.name;
        const early = await ensureChild(operation, execution, child, id, true);
        if (early) return settle(execution, operation, early);
`,
    },
  ],
};
