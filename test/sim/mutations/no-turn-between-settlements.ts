import type { Patch } from "../patch.ts";

/** No macrotask turn between two settlements. */
export const noTurnBetweenSettlements: Patch = {
  name: "no macrotask turn between two settlements",
  edits: [
    {
      file: "lambda/engine/drive.ts",
      find: `await turn();`,
      replace: `if (execution.isLive) await turn();`,
    },
  ],
};
