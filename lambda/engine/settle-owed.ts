import { childId, isIdOfOneOfMany } from "../core/keys.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import { cancelChildren } from "./cancel-child.ts";
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
  if (meta.owed.includes("children") && !(await settleChildren(deps, meta))) return;
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

/**
 * A terminated run's code can no longer give its children up: whoever settles its debts does. While the run owes
 * that, nobody resumes it.
 * @returns whether it still owed that
 */
async function settleChildren(
  deps: Parameters<typeof cancelChildren>[0],
  meta: Meta,
): Promise<boolean> {
  const history = await deps.store.loadHistory(historyOf(meta));
  const children = history.flatMap(({ kind, state, key, childId: id, workflow = "", told }) => {
    const isPending = kind === "run" && state !== "done" && !told;
    return isPending && id === childId(meta.id, meta.round, key) ? [{ id, workflow }] : [];
  });
  return cancelChildren(deps, meta, children, {
    reason: `run ${meta.id} was terminated`,
    mayAsk: (run) => owesAsSeen(run, meta),
  });
}

/** Whether a run still owes its children what it owed them when it was seen. */
const owesAsSeen = (run: Meta | undefined, { incarnation, generation }: Meta): boolean =>
  run?.incarnation === incarnation &&
  run.generation === generation &&
  run.owed.includes("children");
