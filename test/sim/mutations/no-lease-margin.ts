import type { Patch } from "../patch.ts";

/** A body starts whatever is left of the lease. */
export const noLeaseMargin: Patch = {
  name: "a body starts whatever is left of the lease",
  edits: [
    {
      file: "lambda/engine/lease.ts",
      find: "return this.#deps.clock.now() < this.safeUntil;",
      replace: "return !this.#isOver;",
    },
  ],
};
