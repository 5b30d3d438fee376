import type { Patch } from "../patch.ts";

/** What has left META is handed out after what META holds. */
export const pagesReadLast: Patch = {
  name: "pages are read after what META holds",
  edits: [
    {
      file: "lambda/engine/mailbox.ts",
      find: "return [...pages.flatMap(({ open }) => open), ...box];",
      replace: "return [...box, ...pages.flatMap(({ open }) => open)];",
    },
  ],
};
