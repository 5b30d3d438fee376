import type { Patch } from "../patch.ts";

/** A block keeps the lease. */
export const blockKeepsLease: Patch = {
  name: "a block keeps the lease",
  edits: [
    {
      file: "lambda/store/finish-run.ts",
      find: 'remove: "#owner, #leaseUntil, #activity, #quorum",',
      replace: 'remove: "#activity, #quorum",',
    },
  ],
};
