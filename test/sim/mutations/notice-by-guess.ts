import type { Patch } from "../patch.ts";

/** A notice reads the parent first and updates it by what it was. */
export const noticeByGuess: Patch = {
  name: "a notice reads the parent first and updates it by what it was",
  edits: [
    {
      file: "lambda/store/notify-parent.ts",
      find: `  for (;;) {
    const { ok, item } = await write(table, notice, form);`,
      replace: `  const { pk, sk } = metaKey(to.id);
  const guessed = await table.get({ pk: text(pk), sk: text(sk) });
  if (guessed?.["status"]?.S !== "waiting") {
    await update(table, notice, [COUNT, UNFINISHED], STATUSES);
    return undefined;
  }
  for (;;) {
    const { ok, item } = await write(table, notice, form);`,
    },
  ],
};
