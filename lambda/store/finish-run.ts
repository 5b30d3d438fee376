import type { EpochMs } from "../core/clock.ts";
import { LIMITS } from "../core/limits.ts";
import { shardOf } from "../core/shard.ts";
import { number, present, text } from "./attributes.ts";
import type { Meta } from "./meta.ts";
import { referenceText } from "./meta.ts";
import { type OwnedWrite, type Ownership, updateOwned } from "./owned.ts";
import { ATTENTION_SHARDS, metaKey } from "./schema.ts";
import { endTtl } from "./start-run.ts";
import type { Table } from "./table.ts";
import { type StoredValue, valueAttribute } from "./values.ts";

/** How a run ends. */
export type Outcome =
  | { readonly status: "succeeded"; readonly output: StoredValue }
  | { readonly status: "cancelled"; readonly error: StoredValue }
  | {
      readonly status: "failed";
      readonly error: StoredValue;
      /** The operation whose error ended the run, when it was one. */
      readonly failedOperation?: string | undefined;
    };

/** Which attention shard a run is listed under. */
const attentionShard = (id: string) => text(String(shardOf(id, ATTENTION_SHARDS)));

/**
 * Row 15. Refused when a cancel request came that the owner has not seen, or when a waiter joined
 * whom `seen` does not know: the caller looks at the returned item and finishes again.
 */
export function finishRun(
  table: Table,
  me: Ownership,
  tx: string,
  outcome: Outcome,
  seen: Pick<Meta, "waiters" | "cancel" | "historyTtl">,
  now: EpochMs,
): Promise<OwnedWrite> {
  const owes = seen.waiters.length > 0;
  const failed = outcome.status === "failed";
  const set = [
    "#status = :status",
    outcome.status === "succeeded" ? "#output = :value" : "#error = :value",
    "#finishedAt = :now",
    "#ttl = :ttl",
  ];
  if (failed) set.push("#attentionShard = :attention", "#attentionAt = :now");
  if (failed && outcome.failedOperation !== undefined) set.push("#failedOp = :failedOp");
  if (owes) set.push("#owed = :owed", "#checkAt = if_not_exists(#checkAt, :check)");
  return updateOwned(
    table,
    me,
    tx,
    {
      set: set.join(", "),
      remove: `#owner, #leaseUntil, #dueAt, #activity, #quorum${owes ? "" : ", #checkAt"}`,
      condition: [
        "#status = :running",
        owes ? "#waiters = :waiters" : "attribute_not_exists(#waiters)",
        seen.cancel === undefined ? "attribute_not_exists(#cancel)" : "#cancel.#nonce = :cancel",
      ].join(" AND "),
    },
    present({
      ":status": text(outcome.status),
      ":running": text("running"),
      ":value": valueAttribute(outcome.status === "succeeded" ? outcome.output : outcome.error),
      ":now": number(now),
      ":ttl": number(endTtl(now, owes ? seen : undefined)),
      ":attention": failed ? attentionShard(me.id) : undefined,
      ":failedOp":
        failed && outcome.failedOperation !== undefined ? text(outcome.failedOperation) : undefined,
      ":owed": owes ? { SS: ["waiters"] } : undefined,
      ":check": owes ? number(now + LIMITS.checkAfterMs) : undefined,
      ":waiters": owes ? { SS: seen.waiters.map(referenceText) } : undefined,
      ":cancel": seen.cancel && text(seen.cancel.nonce),
    }),
  );
}

/** Row 16: says that everything a finished run owed is done. */
export async function clearOwed(table: Table, meta: Meta, tx: string): Promise<void> {
  const { pk, sk } = metaKey(meta.id);
  // Refused means that somebody else has settled the same debt.
  await table.update({
    key: { pk: text(pk), sk: text(sk) },
    update: "SET #tx = :tx REMOVE #owed, #checkAt",
    condition:
      "attribute_exists(#pk) AND #inc = :inc AND #gen = :gen AND #status IN (:succeeded, :failed, :cancelled) AND #owed = :owed",
    values: {
      ":tx": text(tx),
      ":inc": text(meta.incarnation),
      // A run that was resumed and has ended again owes anew.
      ":gen": number(meta.generation),
      ":succeeded": text("succeeded"),
      ":failed": text("failed"),
      ":cancelled": text("cancelled"),
      ":owed": { SS: [...meta.owed] },
    },
    returns: "NONE",
  });
}

/** Row 21: sets the run aside until other code is deployed; the error says why. */
export function blockRun(
  table: Table,
  me: Ownership,
  tx: string,
  request: {
    readonly error: StoredValue;
    readonly code: string;
    readonly now: EpochMs;
    /** When the run's time is over, if it ever is: nobody but the sweeper ends it meanwhile. */
    readonly deadline: EpochMs | undefined;
  },
): Promise<OwnedWrite> {
  const { now, deadline = Number.POSITIVE_INFINITY } = request;
  return updateOwned(
    table,
    me,
    tx,
    {
      set:
        "#status = :blocked, #error = :error, #code = :code, #dueAt = :now, #checkAt = :check, " +
        "#hops = :zero, #crashes = :zero, #attentionShard = :attention, #attentionAt = :now",
      remove: "#owner, #leaseUntil, #activity, #quorum",
    },
    {
      ":blocked": text("blocked"),
      ":error": valueAttribute(request.error),
      ":code": text(request.code),
      ":now": number(now),
      ":check": number(Math.min(now + LIMITS.blockedCheckMs, deadline)),
      ":zero": number(0),
      ":attention": attentionShard(me.id),
    },
  );
}
