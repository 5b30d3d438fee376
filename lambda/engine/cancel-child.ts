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
export async function cancelChild(
  deps: Deps,
  parent: Meta,
  child: AbandonedChild,
  reason: string,
): Promise<void> {
  const { clock, ids, store } = deps;
  const now = clock.now();
  const cancel = { nonce: ids.nonce(), reason, cause: "request" } as const;
  const error = encodeValue(endOfCancelled(child.id, cancel));
  let there = await store.readRun(child.id);
  if (!there) {
    const put = await store.putCancelled({
      ...child,
      incarnation: ids.ulid(now),
      input: encodeValue(undefined),
      inputHash: hashValue(undefined),
      error,
      parent: { id: parent.id, incarnation: parent.incarnation },
      now,
      tx: ids.nonce(),
    });
    if (put.created) return;
    there = put.meta;
  }
  const isOwn = there.parent?.id === parent.id && there.parent.incarnation === parent.incarnation;
  if (!isOwn) return;
  for (;;) {
    const asked = await store.cancelRun({ to: there, cancel, now, tx: ids.nonce() });
    if (asked.outcome === "requested" && asked.dueAt !== undefined) {
      await sendHint(deps, { run: child.id, for: asked.dueAt });
    }
    if (asked.outcome !== "blocked") return;
    // Code that goes with its history may have claimed it meanwhile: that can cancel it.
    const end = { run: asked.meta, error, now, tx: ids.nonce(), from: ["blocked"] } as const;
    const ended = await store.terminateRun(end);
    if (ended.outcome === "terminated") await sendHint(deps, { run: child.id, for: now });
    if (ended.outcome !== "left") return;
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
  await deps.store.writeOperation(historyPk, told, meta.historyTtl, "settle");
}
