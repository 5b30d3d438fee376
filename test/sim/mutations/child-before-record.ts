import type { Patch } from "../patch.ts";

/** The child is put before its parent's record. */
export const childBeforeRecord: Patch = {
  name: "the child is put before its parent's record",
  edits: [
    {
      file: "lambda/engine/ops/child.ts",
      find: `await writeRecord(execution, operation, { state: "waiting", childId: id }, "begin");
        const failed = await ensureChild(operation, execution, child, id, true);`,
      replace: `const failed = await ensureChild(operation, execution, child, id, true);
        await writeRecord(execution, operation, { state: "waiting", childId: id }, "begin");`,
    },
  ],
};
