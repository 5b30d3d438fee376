import type { Patch } from "../patch.ts";

/** A notice reads the parent first and updates it by what it was. */
export const noticeByGuess: Patch = {
  name: "a notice reads the parent first and updates it by what it was",
  edits: [
    {
      file: "lambda/store/notify-parent.ts",
      find: `  for (;;) {
    if (await wake(table, notice, CAN_ACT`,
      replace: `  const guessed = await table.get({ pk: text(metaKey(notice.to.id).pk), sk: text(metaKey(notice.to.id).sk) });
  if (guessed?.["status"]?.S !== "waiting") {
    await update(table, notice, { condition: \`\${TARGET} AND \${UNFINISHED}\`, update: COUNT }, STATUSES);
    return undefined;
  }
  for (;;) {
    if (await wake(table, notice, CAN_ACT`,
    },
  ],
};
