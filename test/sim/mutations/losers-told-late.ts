import type { Patch } from "../patch.ts";

/** The children of a race's losers are told when the next outcome is given, if ever. */
export const losersToldLate: Patch = {
  name: "the children of a race's losers are told before the code has given them up",
  edits: [
    {
      file: "lambda/engine/drive.ts",
      find: `  if (!execution.ending) await cancelAbandoned(execution);
`,
      replace: ``,
    },
    {
      file: "lambda/engine/drive.ts",
      find: `    execution.give(settlement);
`,
      replace: `    execution.give(settlement);
    await cancelAbandoned(execution);
`,
    },
  ],
};
