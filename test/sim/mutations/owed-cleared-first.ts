import type { Patch } from "../patch.ts";

/** What is owed is cleared before it is done. */
export const owedClearedFirst: Patch = {
  name: "what is owed is cleared before it is done",
  edits: [
    {
      file: "lambda/engine/settle-owed.ts",
      find: "  if (meta.owed.length === 0) return;",
      replace: `  if (meta.owed.length === 0) return;
  await deps.store.clearOwed(meta, deps.ids.nonce());`,
    },
  ],
};
