import type { Patch } from "../patch.ts";

/** A refused mark is not followed by a reload. */
export const refusedMarkNotReloaded: Patch = {
  name: "a refused mark is not followed by a reload",
  edits: [
    {
      file: "lambda/engine/pending.ts",
      find: `if (!record) return { kind: "reload" };`,
      replace: "if (!record) continue;",
    },
  ],
};
