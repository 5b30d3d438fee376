import type { Patch } from "../patch.ts";

/** Code goes on that asks for something else than is recorded. */
export const mismatchOverlooked: Patch = {
  name: "code goes on that asks for something else than is recorded",
  edits: [
    {
      file: "lambda/engine/execution.ts",
      find: "this.mismatch ??= this.history.mismatch(request);",
      replace: "this.mismatch ??= undefined;",
    },
  ],
};
