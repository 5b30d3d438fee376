import { childId, isOwnChildId } from "../../lambda/core/keys.ts";
import { isFinished, type RunStatus } from "../../lambda/core/status.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { CANCEL_KEY } from "../../lambda/engine/cancelled.ts";
import { isGivenUp, resultOf } from "./given-up.ts";
import {
  type Change,
  historyOf,
  type Mirror,
  type MirroredOperation,
  numberOf,
  textOf,
} from "./mirror.ts";
import { SKEW_MS } from "./state-oracle.ts";

/** Judges changes as far as cancels and terminations go. */
export class CancelOracle {
  readonly #mirror: Mirror;
  /** Children that their parent's workers ended once its code had seen its cancel: history and key of the wait. */
  readonly #ended = new Set<string>();
  /** Incarnations of children that were put after their parent had ended as cancelled. */
  readonly #late = new Set<string>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** What is wrong with a change; undefined when nothing is. */
  judge(change: Change, now: number): string | undefined {
    const { sk, pk, after, before, row } = change;
    const mirror = this.#mirror;
    if (sk.startsWith("OP#")) {
      const run = mirror.runOf(pk) ?? "";
      const meta = mirror.metas.get(run);
      return (
        judgeGivenUp(change, mirror) ??
        this.#judgeEnded(change) ??
        (meta && historyOf(meta) === pk ? judgeOrphan(run, meta, row, mirror) : undefined)
      );
    }
    if (sk !== "META") return undefined;
    const run = pk.slice("RUN#".length);
    const parent = before ? undefined : parentOf(after, mirror);
    if (parent && statusOf(parent.meta) === "cancelled") this.#late.add(textOf(after, "inc") ?? "");
    return (
      (before && judgeEnd(before, change, mirror)) ??
      (before && this.#judgeRequest(change)) ??
      (before && judgeTimeout(change, now)) ??
      (before && row === "finish" ? judgeOrphan(run, before, row, mirror) : undefined) ??
      this.#judgeChildren(run, after)
    );
  }

  /** When a run has ended as cancelled, each child that it waited for is over or asked to end. */
  #judgeChildren(id: string, meta: Item): string | undefined {
    const mirror = this.#mirror;
    if (statusOf(meta) !== "cancelled" || owesChildren(meta)) return undefined;
    for (const { key, item } of mirror.operationsOf(meta).values()) {
      const own = childId(id, numberOf(meta, "round") ?? 1, key);
      if (textOf(item, "k") !== "run" || textOf(item, "s") === "done") continue;
      if (textOf(item, "c") !== own) continue;
      const child = mirror.metas.get(own);
      if (!child || isOver(child) || child["cancel"]) continue;
      // One that was put since is judged as it goes on.
      if (this.#late.has(textOf(child, "inc") ?? "")) continue;
      if (parentOf(child, mirror)?.id !== id) continue;
      return `${id} has ended as cancelled, and nobody has asked its child ${own} to`;
    }
    return undefined;
  }

  /** A parent's word ends a child only when the parent is over, or has given it up. */
  #judgeRequest({ after, before, process, pk }: Change): string | undefined {
    const isNew =
      before?.["cancel"] === undefined && textOf(after["cancel"]?.M, "cause") === "request";
    if (!isNew || process.startsWith("client")) return undefined;
    const id = pk.slice("RUN#".length);
    const parent = parentOf(after, this.#mirror);
    if (!parent || isOver(parent.meta)) return undefined;
    const operations = this.#mirror.operationsOf(parent.meta);
    for (const { key, item, pk: history } of operations.values()) {
      if (textOf(item, "c") !== id || textOf(item, "s") !== "waiting") continue;
      if (isGivenUp(operations, key)) continue;
      if (!isDelivered(operations)) return `${id} was cancelled while ${parent.id} waits for it`;
      // Asked for after the cancel by code that has ended since: then it never settles.
      this.#ended.add(`${history} ${key}`);
    }
    return undefined;
  }

  /** Code that was still to be given the outcome of a child had not ended when that was cancelled. */
  #judgeEnded({ pk, after, sk, row }: Change): string | undefined {
    const key = sk.slice("OP#".length);
    if (textOf(after, "s") !== "done" || !this.#ended.has(`${pk} ${key}`)) return undefined;
    return `${this.#mirror.runOf(pk)}: ${row} settled ${key}, whose child it had cancelled as if its code had ended`;
  }
}

const isDelivered = (operations: ReadonlyMap<string, MirroredOperation>): boolean =>
  textOf(operations.get(CANCEL_KEY)?.item, "s") === "done";

const statusOf = (meta: Item): RunStatus => textOf(meta, "status") as RunStatus;
const isOver = (meta: Item): boolean => isFinished(statusOf(meta));

/** Nobody ends a run for want of time that it still has: it may have been resumed with more. */
function judgeTimeout({ after, before, pk }: Change, now: number): string | undefined {
  const cause = textOf(after["cancel"]?.M, "cause");
  // A run without a deadline has all the time there is.
  const deadline = numberOf(after, "deadline") ?? Infinity;
  if (before?.["cancel"] || cause !== "timeout") return undefined;
  return deadline > now + SKEW_MS
    ? `${pk} was asked to end at ${now} because its time is over, which it is at ${deadline}`
    : undefined;
}

/** A run ends as cancelled exactly when that was asked for. */
function judgeEnd(before: Item, { after, pk, row }: Change, mirror: Mirror): string | undefined {
  if (row !== "finish" || isOver(before) || !isOver(after)) return undefined;
  const status = statusOf(after);
  if ((status === "cancelled") !== (before["cancel"] !== undefined)) {
    return `${pk} ended as ${status}, ${before["cancel"] ? "although" : "and nothing says that"} it was to be cancelled`;
  }
  return isDelivered(mirror.operationsOf(after)) && status !== "cancelled"
    ? `${pk} ended as ${status} after its cancel was delivered`
    : undefined;
}

/**
 * A run of which a cancelled one waited does not begin any more. It may be put: a former owner may not know
 * of the end yet, or have stood still before the put. Whoever claims it then has to end it.
 */
function judgeOrphan(id: string, meta: Item, row: string, mirror: Mirror): string | undefined {
  const isNew = numberOf(meta, "gen") === 0 && !isOver(meta) && !meta["cancel"];
  if (!isNew || row === "takeover mark" || !isAwaitedOwn(id, meta)) return undefined;
  const parent = parentOf(meta, mirror);
  const isOrphan = parent && statusOf(parent.meta) === "cancelled" && !owesChildren(parent.meta);
  return isOrphan
    ? `${id} goes on (${row}) although ${parent.id} had ended as cancelled`
    : undefined;
}

/** Whether a run is its parent's own, to end with it, and not one that others may have started as well. */
const isAwaitedOwn = (id: string, meta: Item): boolean =>
  isOwnChildId(id) && meta["waiters"]?.SS?.includes(textOf(meta, "parent") ?? "") === true;

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
