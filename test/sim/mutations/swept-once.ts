import type { Patch } from "../patch.ts";

/** A run that a sweep has pushed out is left to its hint: a sweeper that dies before that leaves it for good. */
export const sweptOnce: Patch = {
  name: "a run that a sweep has pushed out is not looked at again",
  edits: [
    {
      file: "lambda/store/sweep-runs.ts",
      find: '":check": number(decision.checkAt),',
      replace:
        '":check": number(decision.checkAt + (meta.status === "blocked" ? 0 : 31_536_000_000)),',
    },
  ],
};
