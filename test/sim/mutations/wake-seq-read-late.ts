import type { Patch } from "../patch.ts";

/** WakeSeq is read just before the park. */
export const wakeSeqReadLate: Patch = {
  name: "wakeSeq is read just before the park",
  edits: [
    {
      file: "lambda/engine/release.ts",
      find: "    seenWakeSeq,\n    left: outside",
      replace:
        "    seenWakeSeq: (await deps.store.readRun(meta.id))?.wakeSeq ?? seenWakeSeq,\n    left: outside",
    },
  ],
};
