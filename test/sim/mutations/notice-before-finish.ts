import type { Patch } from "../patch.ts";

/** Waiters are notified before the finish is written. */
export const noticeBeforeFinish: Patch = {
  name: "waiters are notified before the finish is written",
  edits: [
    {
      file: "lambda/engine/release.ts",
      find: "    const done = await deps.store.finishRun(",
      replace: `    await settleOwed({ ...deps, store: { ...deps.store, clearOwed: async () => undefined } }, { ...meta, ...seen, status: "succeeded", owed: ["waiters"] }, false);
    const done = await deps.store.finishRun(`,
    },
    {
      file: "lambda/engine/release.ts",
      find: "await settleOwed(deps, done.meta, false);",
      replace:
        "if (done.meta.owed.length > 0) await deps.store.clearOwed(done.meta, deps.ids.nonce());",
    },
  ],
};
