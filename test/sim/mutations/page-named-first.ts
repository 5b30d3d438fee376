import type { Patch } from "../patch.ts";

/** What refers to a value in parts is written without waiting for the parts. */
export const pageNamedFirst: Patch = {
  name: "a page is named before it is put",
  edits: [
    {
      file: "lambda/store/values.ts",
      find: "    await Promise.all(\n      Array.from({ length: parts }, (_, index) =>\n        table.put(",
      replace:
        "    void Promise.all(\n      Array.from({ length: parts }, (_, index) =>\n        table.put(",
    },
  ],
};
