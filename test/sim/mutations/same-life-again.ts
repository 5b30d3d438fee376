import type { Patch } from "../patch.ts";

/** A start of the same id, after META alone has gone, takes up the incarnation that was there. */
export const sameLifeAgain: Patch = {
  name: "a run that comes back has the incarnation it had",
  edits: [
    {
      file: "lambda/client/start.ts",
      find: `  const incarnation = ids.ulid(run.now);`,
      replace: `  const incarnation = hashValue(run.id);`,
    },
  ],
};
