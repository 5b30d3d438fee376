import type { Patch } from "../patch.ts";

/** Live code settles in the order of acknowledgement. */
export const settleAsAcknowledged: Patch = {
  name: "live code settles in the order of acknowledgement",
  edits: [
    {
      file: "lambda/engine/settlements.ts",
      find: `const settlement = this.#ready.get(this.#taken + 1);
    if (!settlement) return undefined;
    this.#taken += 1;
    this.#ready.delete(this.#taken);`,
      replace: `const [first] = this.#ready;
    if (!first) return undefined;
    const [place, settlement] = first;
    this.#taken += 1;
    this.#ready.delete(place);`,
    },
  ],
};
