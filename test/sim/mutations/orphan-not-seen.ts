import type { Patch } from "../patch.ts";

/** A child that was put late does not look at its parent. */
export const orphanNotSeen: Patch = {
  name: "a child that is put once its parent has ended does not look",
  edits: [
    {
      file: "lambda/engine/advance.ts",
      find: `  await cancelOrphan(execution);`,
      replace: `  void cancelOrphan;`,
    },
  ],
};
