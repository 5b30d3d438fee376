import type { Patch } from "../patch.ts";

/** A trim removes spent messages by their place in the mailbox. */
export const trimByIndex: Patch = {
  name: "a trim removes messages by their place in the mailbox",
  edits: [
    {
      file: "lambda/engine/lease-holder.ts",
      find: "return { ...mailbox.left, seenWakeSeq: wakeSeq };",
      replace: "return { ...mailbox.left, seenWakeSeq: wakeSeq, spent: mailbox.spent };",
    },
    {
      file: "lambda/store/hold-run.ts",
      find: "  const box = boxChange(trim);",
      replace: `  const box = trim ? { set: "", remove: Array.from({ length: trim.spent }, (_, index) => \`#box[\${index}]\`), values: {} } : boxChange(trim);`,
    },
  ],
};
