import { encodeValue, hashValue } from "../core/codec.ts";
import type { Meta } from "../store/meta.ts";
import type { OperationRecord } from "../store/operation.ts";
import { isMine } from "../store/owned.ts";
import { endOfCancelled } from "./cancelled.ts";
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
 * Rows 14 and 17: asks children to end; one that does not exist yet is put as cancelled, so that a former owner of
 * the parent cannot start it after all. Doing it twice is harmless. Whoever does it may be late: its run may have
 * been resumed, and its children with it. So the run is looked at after its children were read, and each is
 * cancelled as it was read.
 * @param mayAsk whether the run, as it stands, is one whose children the caller may end
 * @returns false when it is not: those that are left were not asked
 */
export async function cancelChildren(
  deps: Deps,
  parent: Meta,
  children: readonly AbandonedChild[],
  {
    reason,
    mayAsk,
  }: { readonly reason: string; readonly mayAsk: (run: Meta | undefined) => boolean },
): Promise<boolean> {
  const { store } = deps;
  let open = children;
  while (open.length > 0) {
    const there = await store.readRuns(open.map(({ id }) => id));
    if (!mayAsk(await store.readRun(parent.id))) return false;
    const areDone = await Promise.all(
      open.map((child) =>
        cancelSeen(deps, parent, { ...child, seen: there.get(child.id) }, reason),
      ),
    );
    open = open.filter((_, place) => !areDone[place]);
  }
  return true;
}

/**
 * Cancels a child as it was read: one that has been put, or has begun another generation since, is left as it is.
 * @returns false then: it has to be read again
 */
async function cancelSeen(
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
    const ended = await store.terminateRun({
      run: asked.meta,
      isOnlyAsRead: true,
      error,
      now,
      tx: ids.nonce(),
      from: ["blocked"],
    });
    if (ended.outcome === "terminated") await sendHint(deps, { run: child.id, for: now });
    if (ended.outcome !== "left") return true;
  }
}

/** Cancels the children that the code does not wait for any more, unless the run is another's by now. */
export async function cancelAbandoned(execution: Execution): Promise<void> {
  const { abandoned, deps, lease, meta, outside } = execution;
  if (abandoned.size === 0) return;
  const reason = outside.cancel?.reason ?? `run ${meta.id} does not wait for it any more`;
  const given = [...abandoned];
  const children = given.map(([id, { workflow = "" }]) => ({ id, workflow }));
  const mayAsk = (run: Meta | undefined) => run !== undefined && isMine(run, lease.me);
  if (!(await cancelChildren(deps, meta, children, { reason, mayAsk }))) {
    void execution.end("lost");
    return;
  }
  await Promise.all(
    given.map(async ([id, record]) => {
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
