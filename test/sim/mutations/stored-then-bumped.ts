import type { Patch } from "../patch.ts";

/** A message is stored by one update, and wakeSeq raised by another. */
export const storedThenBumped: Patch = {
  name: "a message is stored by one update, and wakeSeq raised by another",
  edits: [
    {
      file: "lambda/store/send-message.ts",
      find: "  const sent = await changeRun(table, to, tx, first, (meta) => formFor(meta, request));",
      replace: `  const stored = await changeRun(
    table,
    to,
    \`\${tx}-1\`,
    { ...first, condition: "#status IN (:waiting, :queued, :running, :paused, :blocked)", set: APPEND, remove: undefined, values: { ":waiting": text("waiting"), ...OTHERS, ":empty": { L: [] }, ":message": { L: [messageAttribute(message)] } } },
    () => undefined,
  );
  if (stored.outcome === "gone") return stored;
  const bump = (appended: SendForm): SendForm => {
    const { ":empty": _empty, ":message": _message, ...values } = appended.values;
    return { ...appended, set: appended.set?.replace(\`, \${APPEND}\`, ""), values };
  };
  const again = (meta: Meta) => (isFinished(meta.status) ? undefined : bump(sendForm(request, meta.status === "waiting" ? "waiting" : "other", { wakes: meta.status === "waiting" && isNotYetDue(meta, now), appends: true })));
  const sent = await changeRun(table, to, tx, bump(first), again);`,
    },
  ],
};
