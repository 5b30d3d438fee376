import type { Patch } from "../patch.ts";

/** A body starts whatever is left of the lease. */
export const noLeaseMargin: Patch = {
  name: "a body starts whatever is left of the lease",
  edits: [
    {
      file: "lambda/engine/lease.ts",
      find: `      !this.#isOver &&
      clock.now() + margin < this.#until &&
      clock.monotonic() + margin < this.#monotonicUntil`,
      replace: `      !this.#isOver &&
      clock.now() + margin < Infinity`,
    },
  ],
};
