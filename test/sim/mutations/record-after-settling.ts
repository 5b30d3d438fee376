import type { Patch } from "../patch.ts";

/** Code sees an outcome before it is recorded. */
export const recordAfterSettling: Patch = {
  name: "code sees an outcome before it is recorded",
  edits: [
    {
      file: "lambda/engine/recording.ts",
      find: `  await writeRecord(
    execution,
    operation,
    {
      ...change,
      state: "done",`,
      replace: `  void writeRecord(
    execution,
    operation,
    {
      ...change,
      state: "done",`,
    },
  ],
};
