import { childId } from "../../lambda/core/keys.ts";
import { isFinished, type RunStatus } from "../../lambda/core/status.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { CANCEL_KEY } from "../../lambda/engine/cancelled.ts";
import { isGivenUp, resultOf } from "./given-up.ts";
import { type Change, type Mirror, numberOf, textOf } from "./mirror.ts";

/** What is wrong with a change as far as cancels and terminations go; undefined when nothing is. */
export function judgeCancel(change: Change, mirror: Mirror): string | undefined {
  const { sk, pk, after, before } = change;
  if (sk.startsWith("OP#")) return judgeGivenUp(change, mirror);
  if (sk !== "META") return undefined;
  return (
    (before && judgeEnd(before, change, mirror)) ??
    (before && judgeRequest(change, mirror)) ??
    judgeLateChild(change, mirror) ??
    judgeChildren(pk.slice("RUN#".length), after, mirror)
  );
}

const statusOf = (meta: Item): RunStatus => textOf(meta, "status") as RunStatus;
const isOver = (meta: Item): boolean => isFinished(statusOf(meta));

/** A run ends as cancelled exactly when that was asked for. */
function judgeEnd(before: Item, { after, pk, row }: Change, mirror: Mirror): string | undefined {
  if (row !== "finish" || isOver(before) || !isOver(after)) return undefined;
  const status = statusOf(after);
  if ((status === "cancelled") !== (before["cancel"] !== undefined)) {
    return `${pk} ended as ${status}, ${before["cancel"] ? "although" : "and nothing says that"} it was to be cancelled`;
  }
  const isDelivered = textOf(mirror.operationsOf(after).get(CANCEL_KEY)?.item, "s") === "done";
  return isDelivered && status !== "cancelled"
    ? `${pk} ended as ${status} after its cancel was delivered`
    : undefined;
}

/** A parent's word ends a child only when the parent is over, or has given it up. */
function judgeRequest({ after, before, process, pk }: Change, mirror: Mirror): string | undefined {
  const isNew =
    before?.["cancel"] === undefined && textOf(after["cancel"]?.M, "cause") === "request";
  if (!isNew || process.startsWith("client")) return undefined;
  const id = pk.slice("RUN#".length);
  const parent = parentOf(after, mirror);
  if (!parent || isOver(parent.meta)) return undefined;
  const operations = mirror.operationsOf(parent.meta);
  for (const { key, item } of operations.values()) {
    if (textOf(item, "c") !== id || textOf(item, "s") !== "waiting") continue;
    if (!isGivenUp(operations, key)) return `${id} was cancelled while ${parent.id} waits for it`;
  }
  return undefined;
}

/** A run of which a cancelled one waited is not started any more. */
function judgeLateChild({ after, before, pk }: Change, mirror: Mirror): string | undefined {
  if (before || isOver(after) || !after["waiters"]) return undefined;
  const parent = parentOf(after, mirror);
  const isLate = parent && statusOf(parent.meta) === "cancelled" && !owesChildren(parent.meta);
  return isLate ? `${pk} was started after ${parent.id} had ended as cancelled` : undefined;
}

/** When a run has ended as cancelled, each child that it waited for is over or asked to end. */
function judgeChildren(id: string, meta: Item, mirror: Mirror): string | undefined {
  if (statusOf(meta) !== "cancelled" || owesChildren(meta)) return undefined;
  for (const { key, item } of mirror.operationsOf(meta).values()) {
    const own = childId(id, numberOf(meta, "round") ?? 1, key);
    if (textOf(item, "k") !== "run" || textOf(item, "s") === "done") continue;
    if (textOf(item, "c") !== own) continue;
    const child = mirror.metas.get(own);
    if (!child || isOver(child) || child["cancel"]) continue;
    if (parentOf(child, mirror)?.id !== id) continue;
    return `${id} has ended as cancelled, and nobody has asked its child ${own} to`;
  }
  return undefined;
}

const owesChildren = (meta: Item): boolean => meta["owed"]?.SS?.includes("children") === true;

/** The run that started another one, if that is still there as it was. */
function parentOf(meta: Item, mirror: Mirror): { id: string; meta: Item } | undefined {
  const text = textOf(meta, "parent");
  if (text === undefined) return undefined;
  const [incarnation = "", id = ""] = text.split(" ");
  const parent = mirror.metas.get(id);
  return parent && textOf(parent, "inc") === incarnation ? { id, meta: parent } : undefined;
}

/** What a cancel has rejected is not settled after it. */
function judgeGivenUp({ pk, after, sk, row }: Change, mirror: Mirror): string | undefined {
  if (row === "copy of a record" || row === "restamp" || textOf(after, "s") !== "done") {
    return undefined;
  }
  const key = sk.slice("OP#".length);
  const delivery = mirror.operations.get(pk)?.get(CANCEL_KEY)?.item;
  return givenUp(delivery).has(key)
    ? `${mirror.runOf(pk)}: ${row} settled ${key}, which a cancel had rejected`
    : undefined;
}

/** The keys of what the delivery of a cancel rejected. */
export const givenUp = (delivery: Item | undefined): ReadonlySet<string> =>
  new Set(delivery ? ((resultOf(delivery) as string[] | undefined) ?? []) : []);
