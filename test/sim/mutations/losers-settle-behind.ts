import type { Patch } from "../patch.ts";

/** While a race is being recorded, what its losers come to takes places behind it. */
export const losersSettleBehind: Patch = {
  name: "a race's losers settle while it is being recorded",
  edits: [
    {
      file: "lambda/engine/ops/race.ts",
      find: `      if (!execution.isDropped(operation)) {`,
      replace: `      if (key === "") {`,
    },
  ],
};
