import type { Patch } from "../patch.ts";

/** A run succeeds or fails although it was to be cancelled. */
export const finishIgnoresCancel: Patch = {
  name: "finish does not require the cancel request as seen",
  edits: [
    {
      file: "lambda/store/finish-run.ts",
      find: `        seen.cancel === undefined ? "attribute_not_exists(#cancel)" : "#cancel.#nonce = :cancel",`,
      replace: `        "attribute_exists(#epoch)",`,
    },
    {
      file: "lambda/store/finish-run.ts",
      find: `      ":cancel": seen.cancel && text(seen.cancel.nonce),`,
      replace: ``,
    },
  ],
};
