import type { Patch } from "../patch.ts";

/** A notice is an update without a condition that its parent is there. */
export const noticeMakesParent: Patch = {
  name: "a notice to a deleted parent creates an item",
  edits: [
    {
      file: "lambda/store/notify-parent.ts",
      find: `const TARGET = "attribute_exists(#pk) AND #inc = :inc";`,
      replace: `const TARGET = "(attribute_not_exists(#pk) OR #inc = :inc)";`,
    },
    {
      file: "lambda/store/notify-parent.ts",
      find: `const UNFINISHED = "#status IN (:queued, :running, :waiting, :paused, :blocked)";`,
      replace: `const UNFINISHED = "(attribute_not_exists(#pk) OR #status IN (:queued, :running, :waiting, :paused, :blocked))";`,
    },
    {
      file: "lambda/store/notify-parent.ts",
      find: `const COUNT = "SET #wakeSeq = #wakeSeq + :one, #tx = :tx";`,
      replace: `const COUNT = "SET #wakeSeq = if_not_exists(#wakeSeq, :one) + :one, #tx = :tx";`,
    },
  ],
};
