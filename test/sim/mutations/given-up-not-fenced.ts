import type { Patch } from "../patch.ts";

/** What the losers of a decided race have open is not fenced. */
export const givenUpNotFenced: Patch = {
  name: "a taker gives the losers of a race up and does not fence them",
  edits: [
    {
      file: "lambda/engine/ops/race.ts",
      find: `    if (isAtLarge) execution.unfenced.push(...open);`,
      replace: `    void [isAtLarge, open];`,
    },
  ],
};
