import type { Patch } from "../patch.ts";

/** What is asked after an unrecorded timer is not marked. */
export const marksOnlyWhatWasPending: Patch = {
  name: "what is asked after an unrecorded timer is not marked",
  edits: [
    {
      file: "lambda/engine/execution.ts",
      find: "return this.#isTakeover && this.settledLive === 0;",
      replace:
        "return this.#isTakeover && this.settledLive === 0 && this.outside.areChildrenStale;",
    },
  ],
};
