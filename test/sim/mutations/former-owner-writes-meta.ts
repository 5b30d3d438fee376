import type { Patch } from "../patch.ts";

/** A former owner may still change its run. */
export const formerOwnerWritesMeta: Patch = {
  name: "a former owner may still change its run",
  edits: [
    {
      file: "lambda/store/owned.ts",
      find: 'AND #epoch = :epoch AND #owner = :owner";',
      replace: 'AND (#epoch = :epoch AND #owner = :owner OR attribute_exists(#owner))";',
    },
  ],
};
