import type { Patch } from "../patch.ts";

/** A run is handed over with a write in flight. */
export const releaseWithAWriteInFlight: Patch = {
  name: "a run is handed over with a write in flight",
  edits: [
    {
      file: "lambda/engine/drive.ts",
      find: "if (execution.isBusy || execution.settlements.isOpen) {",
      replace:
        'if (execution.isStopping && execution.hasWrites) return { kind: "hand-over" };\n  if (execution.isBusy || execution.settlements.isOpen) {',
    },
  ],
};
