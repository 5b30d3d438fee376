import type { Patch } from "../patch.ts";

/** An owner does not look at the children that were recorded before it came. */
export const childrenNotRead: Patch = {
  name: "an owner does not look at the children that were recorded before it came",
  edits: [
    {
      file: "lambda/engine/outside.ts",
      find: "  areChildrenStale = true;",
      replace: "  areChildrenStale = false;",
    },
    {
      file: "lambda/engine/ops/child.ts",
      find: `        // Its notice may have come before anybody here waited for it.
        execution.outside.areChildrenStale = true;`,
      replace: "        // Its notice may have come before anybody here waited for it.",
    },
  ],
};
