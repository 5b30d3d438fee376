import type { Patch } from "../patch.ts";

/** A park whose reply was lost, and a send after it, are taken for a refusal. */
export const lostParkIsRefused: Patch = {
  name: "a park whose reply was lost before a send is taken for a refused one",
  edits: [
    {
      file: "lambda/store/owned.ts",
      find: "  meta.owner === me.owner;",
      replace: "  (meta.owner === me.owner || meta.owner === undefined);",
    },
  ],
};
