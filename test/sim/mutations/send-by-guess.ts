import type { Patch } from "../patch.ts";

/** A sender whose first update is refused makes the other one whatever the status has become. */
export const sendByGuess: Patch = {
  name: "a sender makes its second update whatever the status has become",
  edits: [
    {
      file: "lambda/store/send-message.ts",
      find: `const isOther = "#status IN (:queued, :running, :paused, :blocked)";`,
      replace: `const isOther = "(#status IN (:queued, :running, :paused, :blocked) OR attribute_exists(#wakeSeq))";`,
    },
  ],
};
