import type { Patch } from "../patch.ts";

/** WakeSeq is taken from the heartbeat, the mailbox is not. */
export const wakeSeqFromHeartbeat: Patch = {
  name: "wakeSeq is taken from the heartbeat, the mailbox is not",
  edits: [
    {
      file: "lambda/engine/lease-holder.ts",
      find: "heard: (meta) => execution.heard(meta),",
      replace: "heard: (meta) => void (execution.outside.wakeSeq = meta.wakeSeq),",
    },
  ],
};
