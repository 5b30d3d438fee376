import type { Meta } from "../store/meta.ts";
import type { EngineDependencies } from "./dependencies.ts";
import { sendHint } from "./send-hint.ts";

/**
 * Row 16: does what a finished run owes — its waiters' notices — then says that it is done. Doing it
 * twice is harmless; until it is done, `checkAt` keeps the run in the sweeper's sight.
 */
export async function settleOwed(
  deps: Pick<EngineDependencies, "store" | "hints" | "log" | "clock" | "ids" | "settings">,
  meta: Meta,
): Promise<void> {
  if (meta.owed.length === 0) return;
  await Promise.all(
    meta.waiters.map(async (to) => {
      const dueAt = await deps.store.notifyParent({
        to,
        childFailed: meta.status !== "succeeded",
        now: deps.clock.now(),
        gatherMs: deps.settings.gatherMs,
        tx: deps.ids.nonce(),
      });
      if (dueAt === undefined) return;
      await sendHint(deps, { run: to.id, for: dueAt }, dueAt - deps.clock.now());
    }),
  );
  await deps.store.clearOwed(meta, deps.ids.nonce());
}
