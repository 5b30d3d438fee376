import type { Patch } from "../patch.ts";

/** A takeover does not mark waits for messages. */
export const waitsNotMarked: Patch = {
  name: "a takeover does not mark waits for messages",
  edits: [
    {
      file: "lambda/engine/pending.ts",
      find: `.filter(({ record }) => record?.state !== "done");`,
      replace: `.filter(({ kind, record }) => kind !== "wait" && record?.state !== "done");`,
    },
  ],
};
