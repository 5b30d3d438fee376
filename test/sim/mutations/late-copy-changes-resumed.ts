import type { Patch } from "../patch.ts";

/** What is done from outside is not bound to the generation that it was meant for. */
export const lateCopyChangesResumed: Patch = {
  name: "a late copy of a change from outside changes the run that was resumed since",
  edits: [
    {
      file: "lambda/store/change-run.ts",
      find: `generation === undefined ? "" : " AND #gen = :ofGen"`,
      replace: `generation === undefined ? "" : " AND (#gen = :ofGen OR #gen <> :ofGen)"`,
    },
  ],
};
