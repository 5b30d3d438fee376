import type { Patch } from "../patch.ts";

/** A refused park does not read the children again. */
export const refusedParkDoesNotLook: Patch = {
  name: "a refused park does not read the children again",
  edits: [
    {
      file: "lambda/engine/release.ts",
      find: "    const { isPauseAsked } = outside;\n    execution.heard(parked.meta);",
      replace:
        "    const { isPauseAsked } = outside;\n    execution.heard(parked.meta);\n    outside.areChildrenStale = false;",
    },
  ],
};
