import type { Patch } from "../patch.ts";

/** Settle in call order: replay ignores o. */
export const settleInCallOrder: Patch = {
  name: "settle in call order: replay ignores o",
  edits: [
    {
      file: "lambda/engine/history.ts",
      find: ".sort((a, b) => (a.order ?? 0) - (b.order ?? 0));",
      replace: ".sort((a, b) => a.ordinal - b.ordinal);",
    },
  ],
};
