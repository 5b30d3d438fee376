import type { Patch } from "../patch.ts";

/** A park whose reply was lost deletes the message. */
export const lostParkDeletesMessage: Patch = {
  name: "a park whose reply was lost deletes the message",
  edits: [
    {
      file: "lambda/engine/release.ts",
      find: `if (parked.outcome === "lost") return "lost";`,
      replace: `if (parked.outcome === "lost") return "released";`,
    },
  ],
};
