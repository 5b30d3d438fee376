import type { Patch } from "../patch.ts";

/** A park leaves its lease behind, and a sleeping run is claimed by it. */
export const leaseLeftBehind: Patch = {
  name: "a park leaves its lease behind, and a sleeping run is claimed by it",
  edits: [
    {
      file: "lambda/store/hold-run.ts",
      find: `const remove = ["#owner", "#leaseUntil", "#activity", ...box.remove];`,
      replace: `const remove = ["#owner", "#activity", ...box.remove];`,
    },
    {
      file: "lambda/store/claim-run.ts",
      find: "meta?.owner !== undefined && (meta.leaseUntil ?? 0) < now;",
      replace: "meta?.leaseUntil !== undefined && meta.leaseUntil < now;",
    },
    {
      file: "lambda/store/claim-run.ts",
      find: "AND #owner = :seen AND #leaseUntil < :now",
      replace: "AND #tx <> :seen AND #leaseUntil < :now",
    },
  ],
};
