import { childId, isIdOfOneOfMany } from "../core/keys.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import { cancelChild } from "./cancel-child.ts";
import type { EngineDependencies } from "./dependencies.ts";
import { sendHint } from "./send-hint.ts";

/**
 * Row 16: does what a finished run owes — its waiters' notices, a terminated one's cancel requests to its
 * children — then says that it is done. Doing it twice is harmless; until it is done, `checkAt` keeps
 * the run in the sweeper's sight.
 * @param isRepeated the first to do it may have died between a notice and its hint
 */
export async function settleOwed(
  deps: Pick<EngineDependencies, "store" | "hints" | "log" | "clock" | "ids" | "settings">,
  meta: Meta,
  isRepeated: boolean,
): Promise<void> {
  if (meta.owed.length === 0) return;
  if (meta.owed.includes("children")) await cancelChildren(deps, meta);
  await Promise.all(
    meta.waiters.map(async (to) => {
      const due = await deps.store.notifyParent({
        to,
        childFailed: meta.status !== "succeeded",
        now: deps.clock.now(),
        gatherMs: deps.settings.gatherMs,
        isOneOfMany: isIdOfOneOfMany(meta.id),
        tx: deps.ids.nonce(),
      });
      if (!due || !(due.isNew || isRepeated)) return;
      await sendHint(deps, { run: to.id, for: due.dueAt }, due.dueAt - deps.clock.now());
    }),
  );
  await deps.store.clearOwed(meta, deps.ids.nonce());
}

/** A terminated run's code can no longer give its children up: whoever settles its debts does. */
async function cancelChildren(deps: Parameters<typeof cancelChild>[0], meta: Meta): Promise<void> {
  const history = await deps.store.loadHistory(historyOf(meta));
  await Promise.all(
    history.map(async ({ kind, state, key, childId: id, workflow = "", told }) => {
      if (kind !== "run" || state === "done" || told) return;
      if (id !== childId(meta.id, meta.round, key)) return;
      await cancelChild(deps, meta, { id, workflow }, `run ${meta.id} was terminated`);
    }),
  );
}
