import type { Patch } from "../patch.ts";

/** A run is finished with a write in flight. */
export const finishWithAWriteInFlight: Patch = {
  name: "a run is finished with a write in flight",
  edits: [
    {
      file: "lambda/engine/release.ts",
      find: "while (execution.hasWrites) await execution.bell.wait();",
      replace: "",
    },
  ],
};
