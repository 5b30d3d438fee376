import { LIMITS } from "../../lambda/core/limits.ts";
import { isFinished, isLegalTransition, type RunStatus } from "../../lambda/core/status.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { isGivenUp } from "./given-up.ts";
import { type Change, type Mirror, numberOf, textOf } from "./mirror.ts";

/** Clocks differ by at most this, milliseconds. */
export const SKEW_MS = 500;
/** A wake-up this near needs no notice, milliseconds. */
const NEAR_MS = 2_000;

/** What is wrong with a change, seen in the table as it stands after it; undefined when nothing is. */
export function judgeChange(change: Change, mirror: Mirror, now: number): string | undefined {
  return change.sk === "META"
    ? (judgeMeta(change, mirror, now) ??
        judgeWaits(change, mirror, now) ??
        judgeBirth(change, mirror))
    : change.sk.startsWith("OP#")
      ? judgeOperation(change, mirror)
      : undefined;
}

function judgeMeta(change: Change, mirror: Mirror, now: number): string | undefined {
  const { before, after, pk, row } = change;
  if (!before || isPutAnew(change, mirror)) return undefined;
  const from = textOf(before, "status") as RunStatus;
  const to = textOf(after, "status") as RunStatus;
  if (textOf(before, "inc") !== textOf(after, "inc")) return `${pk} became another run`;
  if (isFinished(from) && row !== "resume ended run") return judgeAfterFinish(change);
  if (!isLegalTransition(from, to)) return `${pk} went from ${from} to ${to}`;
  const claimed = row.startsWith("claim");
  const epochs = (numberOf(after, "epoch") ?? 0) - (numberOf(before, "epoch") ?? 0);
  const isNewEpoch = claimed || row === "terminate";
  if (epochs !== (isNewEpoch ? 1 : 0)) return `${pk}: ${row} changed the epoch by ${epochs}`;
  if (claimed && !isClaimable(before, now)) return `${pk} was claimed while it was not to be`;
  if ((after["owner"] === undefined) !== (after["leaseUntil"] === undefined)) {
    return `${pk}: owner and lease do not go together`;
  }
  if (!claimed && after["owner"] && below(after, before, "leaseUntil")) {
    return `${pk}: ${row} shortened a lease`;
  }
  if (below(after, before, "wakeSeq")) return `${pk}: ${row} lowered wakeSeq`;
  if (after["owed"] && !isFinished(to)) return `${pk} owes while it is ${to}`;
  const isSeen = ["dueAt", "checkAt", "leaseUntil"].some((name) => after[name] !== undefined);
  if (!isFinished(to) && !isSeen) return `${pk} is ${to} and nobody will look at it again`;
  if (isFinished(to) && !after["owed"] && after["checkAt"]) return `${pk} is looked at for nothing`;
  return undefined;
}

/** Whether a child that was given up before it was started is put by a later generation of its parent. */
function isPutAnew({ before = {}, after }: Change, mirror: Mirror): boolean {
  const [by, parent] = [numberOf(before, "givenUpBy"), textOf(before, "parent") ?? ""];
  const asker = mirror.metas.get(parent.slice(parent.indexOf(" ") + 1));
  if (by === undefined || !asker || (numberOf(asker, "gen") ?? 0) <= by) return false;
  return textOf(before, "inc") !== textOf(after, "inc") && parent === textOf(after, "parent");
}

const below = (after: Item, before: Item, name: string): boolean =>
  (numberOf(after, name) ?? 0) < (numberOf(before, name) ?? 0);

function isClaimable(before: Item, now: number): boolean {
  if (textOf(before, "status") === "paused") return false;
  const time = before["owner"] ? "leaseUntil" : "dueAt";
  return (numberOf(before, time) ?? Infinity) <= now + SKEW_MS;
}

const MAY_CHANGE_AFTER_FINISH = new Set(["tx", "owed", "checkAt", "nudges"]);

function judgeAfterFinish({ before = {}, after, pk, row }: Change): string | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) {
    const same = JSON.stringify(before[name]) === JSON.stringify(after[name]);
    if (!same && !MAY_CHANGE_AFTER_FINISH.has(name)) {
      return `${pk}: ${row} changed ${name} after the finish`;
    }
  }
  return undefined;
}

/** A run that waits for children is woken by each: none of them may have been forgotten. */
function judgeWaits({ pk, after }: Change, mirror: Mirror, now: number): string | undefined {
  const ids = [pk.slice("RUN#".length)];
  if (isFinished(textOf(after, "status") as RunStatus) && !after["owed"]) {
    for (const waiter of after["waiters"]?.SS ?? [])
      ids.push(waiter.slice(waiter.indexOf(" ") + 1));
  }
  for (const id of ids) {
    const forgotten = forgottenChild(id, mirror, now);
    if (forgotten) return forgotten;
  }
  return undefined;
}

function forgottenChild(id: string, mirror: Mirror, now: number): string | undefined {
  const meta = mirror.metas.get(id);
  if (!meta || textOf(meta, "status") !== "waiting") return undefined;
  if ((numberOf(meta, "dueAt") ?? Infinity) <= now + NEAR_MS) return undefined;
  const operations = mirror.operationsOf(meta);
  for (const { item, key } of operations.values()) {
    const childId = textOf(item, "c");
    if (textOf(item, "s") !== "waiting" || childId === undefined) continue;
    if (isGivenUp(operations, key)) continue;
    const child = mirror.metas.get(childId);
    if (!child) return `${id} waits at ${key} for ${childId}, which was never put`;
    const isOver = isFinished(textOf(child, "status") as RunStatus);
    if (isOver && !child["owed"]) {
      return `${id} sleeps at ${key} although ${childId} has finished and owes nothing`;
    }
    const waiters = child["waiters"]?.SS ?? [];
    if (!isOver && !waiters.some((waiter) => waiter.endsWith(` ${id}`))) {
      return `${id} sleeps at ${key} although ${childId} does not know that it waits`;
    }
  }
  return undefined;
}

/** The parent's record comes before the child it waits for. */
function judgeBirth(change: Change, mirror: Mirror): string | undefined {
  const { before, after, pk } = change;
  if (before && !isPutAnew(change, mirror)) return undefined;
  for (const waiter of after["waiters"]?.SS ?? []) {
    const parent = mirror.metas.get(waiter.slice(waiter.indexOf(" ") + 1));
    const id = pk.slice("RUN#".length);
    const records = parent ? [...mirror.operationsOf(parent).values()] : [];
    if (!records.some(({ item }) => textOf(item, "c") === id)) {
      return `${id} was put before its parent recorded that it waits for it`;
    }
  }
  return undefined;
}

/** The epoch in which an operation got its place in the order of settlement. */
const epochOf = (item: Item): number =>
  Math.floor((numberOf(item, "o") ?? 0) / LIMITS.settlementsPerEpoch);

function judgeOperation(change: Change, mirror: Mirror): string | undefined {
  const { before, after, pk, sk, row } = change;
  if (row === "restamp" || row === "copy of a record") return undefined;
  const meta = mirror.metas.get(mirror.runOf(pk) ?? "");
  // A copy that comes late may be of a life before, that was deleted: of its records some are gone already.
  const isOfThisLife = meta && pk.startsWith(`H#${textOf(meta, "inc")}#`);
  const isDone = textOf(after, "s") === "done";
  const what = `${mirror.runOf(pk)} ${sk}`;
  if (isDone !== (after["o"] !== undefined)) return `${what}: settled and in order are not one`;
  if (before) {
    if (textOf(before, "s") === "done") return `${what}: ${row} changed it after it was done`;
    if (below(after, before, "e")) return `${what}: ${row} lowered its epoch`;
    if (below(after, before, "n")) return `${what}: ${row} forgot failed attempts`;
    const moved = ["k", "i"].find(
      (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
    );
    if (moved) return `${what}: ${row} made another operation of it`;
  }
  if (isDone) {
    for (const other of mirror.operations.get(pk)?.values() ?? []) {
      if (other.item !== after && other.item["o"]?.N === after["o"]?.N) {
        return `${what} has the place of ${other.key}`;
      }
      if (isOfThisLife && epochOf(other.item) > epochOf(after)) {
        return `${what}: ${row} by a former owner, after ${other.key} was settled by its taker`;
      }
    }
  }
  // A mark that comes late, its reply lost long ago, changes nothing that anybody goes by.
  const isOver =
    row !== "takeover mark" && isOfThisLife && isFinished(textOf(meta, "status") as RunStatus);
  if (isOver && (numberOf(after, "e") ?? 0) >= (numberOf(meta, "epoch") ?? 0)) {
    return `${what}: ${row} by the owner that had finished the run`;
  }
  return undefined;
}
