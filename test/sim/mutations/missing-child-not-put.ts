import type { Patch } from "../patch.ts";

/** A child that was recorded and never put is not put by the next owner. */
export const missingChildNotPut: Patch = {
  name: "a child that was recorded and never put is not put by the next owner",
  edits: [
    {
      file: "lambda/engine/ops/child.ts",
      find: `          return settle(execution, operation, { error: encodeValue(expired(operation, id)) });
        }
        const failed = await ensureChild(operation, execution, child, id, true);`,
      replace: `          return settle(execution, operation, { error: encodeValue(expired(operation, id)) });
        }
        const failed = undefined;`,
    },
  ],
};
