import type { Patch } from "../patch.ts";

/** An owner takes any META of its run's id and epoch for its run's. */
export const lookByEpoch: Patch = {
  name: "an owner takes a run of the same id and epoch for its own",
  edits: [
    {
      file: "lambda/store/owned.ts",
      find: `  meta.incarnation === me.incarnation &&
  meta.generation === me.generation &&
  meta.epoch === me.epoch &&
  meta.owner === me.owner;`,
      replace: `  meta.epoch === me.epoch;`,
    },
  ],
};
