import type { Patch } from "../patch.ts";

/** A late heartbeat shortens the lease. */
export const heartbeatShortensLease: Patch = {
  name: "a late heartbeat shortens the lease",
  edits: [
    {
      file: "lambda/store/hold-run.ts",
      find: "condition: `#leaseUntil <= :lease",
      replace: "condition: `attribute_exists(#leaseUntil)",
    },
  ],
};
