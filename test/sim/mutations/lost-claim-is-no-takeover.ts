import type { Patch } from "../patch.ts";

/** A claim whose reply was lost is not taken for a takeover. */
export const lostClaimIsNoTakeover: Patch = {
  name: "a claim whose reply was lost is not taken for a takeover",
  edits: [
    {
      file: "lambda/store/claim-run.ts",
      find: "if (meta?.owner === request.owner) return { claimed: true, meta, isTakeover: true };",
      replace:
        "if (meta?.owner === request.owner) return { claimed: true, meta, isTakeover: false };",
    },
  ],
};
