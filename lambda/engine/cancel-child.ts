import { encodeValue, hashValue } from "../core/codec.ts";
import type { Meta } from "../store/meta.ts";
import { endOfCancelled } from "./cancelled.ts";
import type { OperationRecord } from "../store/operation.ts";
import type { EngineDependencies } from "./dependencies.ts";
import type { Execution } from "./execution.ts";
import { sendHint } from "./send-hint.ts";

/** A child whose parent does not wait for it any more. */
export interface AbandonedChild {
  readonly id: string;
  readonly workflow: string;
}

type Deps = Pick<EngineDependencies, "store" | "hints" | "log" | "clock" | "ids">;

/**
 * Rows 14 and 17: asks a child to end; one that does not exist yet is put as cancelled, so that a
 * former owner of the parent cannot start it after all. Doing it twice is harmless.
 */
async function cancelChild(
  deps: Deps,
  parent: Meta,
  child: AbandonedChild,
  reason: string,
): Promise<void> {
  let isDone = false;
  while (!isDone) {
    const seen = await deps.store.readRun(child.id);
    isDone = await cancelSeenChild(deps, parent, { ...child, seen }, reason);
  }
}

/**
 * The same of a child as it was read. Whoever asks for it may be late: one that has been put, or has begun
 * another generation since, as by a resume, is left as it is.
 * @returns false then: it has to be read again
 */
export async function cancelSeenChild(
  deps: Deps,
  parent: Meta,
  child: AbandonedChild & { readonly seen: Meta | undefined },
  reason: string,
): Promise<boolean> {
  const { clock, ids, store } = deps;
  const { seen, ...named } = child;
  const now = clock.now();
  const cancel = { nonce: ids.nonce(), reason, cause: "request" } as const;
  const error = encodeValue(endOfCancelled(child.id, cancel));
  if (!seen) {
    const put = await store.putCancelled({
      ...named,
      incarnation: ids.ulid(now),
      input: encodeValue(undefined),
      inputHash: hashValue(undefined),
      error,
      parent,
      now,
      tx: ids.nonce(),
    });
    return put.created;
  }
  const isOwn = seen.parent?.id === parent.id && seen.parent.incarnation === parent.incarnation;
  if (!isOwn) return true;
  for (;;) {
    const request = { to: seen, isOnlyAsRead: true, cancel, now, tx: ids.nonce() };
    const asked = await store.cancelRun(request);
    if (asked.outcome === "requested" && asked.dueAt !== undefined) {
      await sendHint(deps, { run: child.id, for: asked.dueAt });
    }
    if (asked.outcome !== "blocked") return asked.outcome !== "moved";
    // Code that goes with its history may have claimed it meanwhile: that can cancel it.
    const end = { run: asked.meta, error, now, tx: ids.nonce(), from: ["blocked"] } as const;
    const ended = await store.terminateRun(end);
    if (ended.outcome === "terminated") await sendHint(deps, { run: child.id, for: now });
    if (ended.outcome !== "left") return true;
  }
}

/** Cancels the children that the code does not wait for any more. */
export async function cancelAbandoned(execution: Execution): Promise<void> {
  const { abandoned, deps, meta, outside } = execution;
  if (abandoned.size === 0) return;
  const reason = outside.cancel?.reason ?? `run ${meta.id} does not wait for it any more`;
  await Promise.all(
    [...abandoned].map(async ([id, record]) => {
      const { workflow = "" } = record;
      await cancelChild(deps, meta, { id, workflow }, reason);
      if (!execution.isCancelled) await noteTold(execution, record);
      abandoned.delete(id);
    }),
  );
}

/**
 * Says in a loser's record that it was told: each later owner would tell it again, also when somebody has
 * resumed it since. Refused means that another owner has written the record, which may tell it once more.
 */
async function noteTold(execution: Execution, record: OperationRecord): Promise<void> {
  const { deps, historyPk, meta } = execution;
  const told = { ...record, told: true, epoch: meta.epoch, nonce: deps.ids.nonce() };
  await deps.store.writeOperation(historyPk, told, meta.historyTtl, "told");
}
