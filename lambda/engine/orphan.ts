import { isOwnChildId } from "../core/keys.ts";
import { isMine } from "../store/owned.ts";
import { isAwaitedBy } from "./children.ts";
import type { Execution } from "./execution.ts";

/**
 * A child may have been put after its parent had ended as cancelled: by an owner that had not heard yet
 * that the run was terminated, or stood still between the record of the wait and the put. Whoever cancelled
 * the parent's children cannot have seen it. So before anything of it is done it looks whether it is still
 * wanted, and asks for its own cancel if not. When its parent ends after that look, the record of the wait
 * for it is older than the end, and those who settle what the parent owes find it there.
 */
export async function cancelOrphan(execution: Execution): Promise<void> {
  const { deps, history, lease, meta, outside } = execution;
  const { parent } = meta;
  const isNew = meta.generation === 0 && history.isEmpty && !outside.cancel;
  if (!parent || !isNew || !isOwnChildId(meta.id) || !isAwaitedBy(meta, parent)) return;
  const there = await deps.store.readRun(parent.id);
  if (there?.incarnation !== parent.incarnation || there.status !== "cancelled") return;
  const reason = `run ${parent.id}, which asked for it, had ended as cancelled`;
  const cancel = { nonce: deps.ids.nonce(), reason, cause: "request" } as const;
  await deps.store.cancelRun({
    to: meta,
    isOnlyAsRead: true,
    cancel,
    now: deps.clock.now(),
    tx: deps.ids.nonce(),
  });
  const asked = await deps.store.readRun(meta.id);
  if (asked && isMine(asked, lease.me)) execution.heard(asked);
}
