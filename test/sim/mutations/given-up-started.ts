import type { Patch } from "../patch.ts";

/** A former owner of a run starts a child in place of the one that its taker has put as cancelled. */
export const givenUpStarted: Patch = {
  name: "a child that was given up is started by the generation that gave it up",
  edits: [
    {
      file: "lambda/store/start-run.ts",
      find: `#givenUpBy < :generation`,
      replace: `#givenUpBy <= :generation`,
    },
  ],
};
