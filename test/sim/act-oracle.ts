import type { Item } from "../../lambda/store/attributes.ts";
import { CANCEL_KEY } from "../../lambda/engine/cancelled.ts";
import { ROLLBACK_PREFIX, UNDONE_PREFIX } from "../../lambda/core/undone.ts";
import { isGivenUp } from "./given-up.ts";
import {
  type Change,
  historyOf,
  type Mirror,
  type MirroredOperation,
  numberOf,
  textOf,
} from "./mirror.ts";

/** How far the clocks of two processes may differ, milliseconds, with some room. */
const SKEW_MS = 2_000;
/** Rows that make a run. */
const BIRTHS: ReadonlySet<string> = new Set(["start", "child start", "fork", "put as cancelled"]);
/** Rows of what is asked of a run that is there: each request takes effect once, whichever copy of it does. */
const REQUESTS: ReadonlySet<string> = new Set([
  "cancel",
  "terminate",
  "ask to pause",
  "pause",
  "resume",
  "take pause back",
  "resume ended run",
]);

/** Judges what is done from outside beside cancels, as its writes take effect. */
export class ActOracle {
  readonly #mirror: Mirror;
  readonly #incarnations = new Set<string>();
  readonly #requests = new Set<string>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** What is wrong with a change; undefined when nothing is. */
  judge(change: Change): string | undefined {
    const { sk, row } = change;
    if (sk.startsWith("OP#"))
      return row === "copy of a record" ? this.#judgeCopy(change) : undefined;
    if (sk !== "META") return undefined;
    return (
      this.#judgeBirth(change) ??
      this.#judgeRequest(change) ??
      judgePause(change) ??
      (row === "resume ended run" ? this.#judgeResume(change) : undefined) ??
      (row === "fork" ? this.#judgeFork(change) : undefined)
    );
  }

  /** What is wrong with a deletion of META: nobody must need the run any more. */
  judgeDeletion(id: string, before: Item | undefined): string | undefined {
    if (!before) return undefined;
    if (before["finishedAt"] === undefined) return `${id} was deleted before it had finished`;
    if (before["owed"]) return `${id} was deleted although it owed something`;
    for (const waiter of before["waiters"]?.SS ?? []) {
      const [incarnation = "", parent = ""] = waiter.split(" ");
      const meta = this.#mirror.metas.get(parent);
      if (!meta || textOf(meta, "inc") !== incarnation || meta["finishedAt"]) continue;
      const operations = this.#mirror.operationsOf(meta);
      const waits = [...operations.values()].some(
        ({ item, key }) =>
          textOf(item, "c") === id && textOf(item, "s") !== "done" && !isGivenUp(operations, key),
      );
      if (waits) return `${id} was deleted while ${parent} waits for it`;
    }
    return undefined;
  }

  /** A run that comes back under its id has a history of its own. */
  #judgeBirth({ before, after, pk, row }: Change): string | undefined {
    if (before) return undefined;
    if (!BIRTHS.has(row)) return `${pk} came to be by ${row}`;
    const incarnation = textOf(after, "inc") ?? "";
    if (this.#incarnations.has(incarnation)) return `${pk} came back as what it had been`;
    this.#incarnations.add(incarnation);
    return undefined;
  }

  /** A late copy of a request that has taken effect changes nothing: the run may have been resumed since. */
  #judgeRequest({ after, pk, row }: Change): string | undefined {
    const tx = textOf(after, "tx");
    if (!REQUESTS.has(row) || tx === undefined) return undefined;
    const request = `${pk} ${row} ${tx}`;
    if (this.#requests.has(request)) return `${pk}: one request, "${row}", took effect twice`;
    this.#requests.add(request);
    return undefined;
  }

  /** Copies go where nothing is that counts, and take no child along that would report to the origin. */
  #judgeCopy({ after, pk, sk }: Change): string | undefined {
    const meta = this.#mirror.metas.get(this.#mirror.runOf(pk) ?? "");
    if (meta && historyOf(meta) === pk)
      return `${sk} was copied into the history of ${meta["pk"]?.S}`;
    const isTimer = textOf(after, "k") === "sleep" && textOf(after, "s") === "waiting";
    const isMemory = sk.startsWith(`OP#${UNDONE_PREFIX}`);
    return isTimer || isMemory || textOf(after, "s") === "done"
      ? undefined
      : `a copy has ${sk}, which is ${textOf(after, "s")}`;
  }

  /** A resumed run keeps exactly what it had completed before what ended it. */
  #judgeResume({ before, after, pk }: Change): string | undefined {
    if (!before) return undefined;
    const old = [...this.#mirror.operationsOf(before).values()];
    const byKey = new Map(old.map((one) => [one.key, one]));
    // A former owner's records may come late to a run that was ended without its code: what it undoes
    // while the run is resumed is not seen.
    const isOpen = this.#mirror.terminated.has(historyOf(before));
    const seenUntil = isOpen ? (numberOf(before, "finishedAt") ?? 0) - SKEW_MS : Infinity;
    const undone = old
      .filter(
        ({ key, item }) =>
          key.startsWith(ROLLBACK_PREFIX) && (numberOf(item, "d") ?? 0) < seenUntil,
      )
      .map(({ key }) => key.slice(ROLLBACK_PREFIX.length));
    const ends = [before["failedOp"]?.S ?? "", CANCEL_KEY, ...undone];
    const cut = Math.min(...ends.map((key) => orderOf(byKey.get(key)) ?? Infinity));
    const kept = settled(old).filter((one) => (orderOf(one) ?? Infinity) < cut);
    const copied = [...this.#mirror.operationsOf(after).values()];
    const copies = settled(copied);
    if (!isOpen && remembered(copied) !== timesUndone(old)) {
      return `${pk} remembers as undone ${remembered(copied)}, and not ${timesUndone(old)}`;
    }
    const expected = isOpen ? kept.slice(0, copies.length) : kept;
    // What ended it may be a timer that fired without a record: then it is cut before what came after.
    const end = byKey.get(before["failedOp"]?.S ?? "");
    if (end && orderOf(end) === undefined) return undefined;
    return differs(expected, copies, pk);
  }

  /** A fork begins with what had settled first in its origin. */
  #judgeFork({ after, pk }: Change): string | undefined {
    const { M: origin } = after["forkedFrom"] ?? {};
    const source = this.#mirror.metas.get(textOf(origin, "id") ?? "");
    if (!source || textOf(source, "inc") !== textOf(origin, "inc")) return undefined;
    const copies = settled([...this.#mirror.operationsOf(after).values()]);
    const old = settled([...this.#mirror.operationsOf(source).values()]);
    return differs(old.slice(0, copies.length), copies, pk);
  }
}

/** Nobody is paused who was not asked to be, nor who is to be cancelled. */
function judgePause({ before, after, pk, row }: Change): string | undefined {
  if (!before || textOf(after, "status") !== "paused" || textOf(before, "status") === "paused") {
    return undefined;
  }
  if (before["cancel"]) return `${pk}: ${row} paused it although it is to be cancelled`;
  return row === "release as paused" && !before["pause"]
    ? `${pk} was released as paused although nobody asks for that any more`
    : undefined;
}

const orderOf = (operation: MirroredOperation | undefined): number | undefined =>
  numberOf(operation?.item, "o");

/** How often each step was undone, as a run remembers it. */
const remembered = (operations: readonly MirroredOperation[]): string =>
  operations
    .filter(({ key }) => key.startsWith(UNDONE_PREFIX))
    .map(({ key, item }) => `${key.slice(UNDONE_PREFIX.length)} ${numberOf(item, "a")}x`)
    .sort()
    .join(", ");

/** The same with what has been undone since. */
function timesUndone(operations: readonly MirroredOperation[]): string {
  const items = new Map(operations.map(({ key, item }) => [key, item]));
  const steps = operations.flatMap(({ key, item }) => {
    if (key.startsWith(UNDONE_PREFIX)) return [key.slice(UNDONE_PREFIX.length)];
    const isUndone = key.startsWith(ROLLBACK_PREFIX) && item["r"] !== undefined;
    return isUndone ? [key.slice(ROLLBACK_PREFIX.length)] : [];
  });
  return [...new Set(steps)]
    .map((step) => {
      const isUndone = items.get(ROLLBACK_PREFIX + step)?.["r"] !== undefined;
      const before = numberOf(items.get(UNDONE_PREFIX + step), "a") ?? 0;
      return `${step} ${before + (isUndone ? 1 : 0)}x`;
    })
    .sort()
    .join(", ");
}

/** What the code was given, in order. */
const settled = (operations: readonly MirroredOperation[]): MirroredOperation[] =>
  operations
    .filter((one) => orderOf(one) !== undefined && !one.key.startsWith(ROLLBACK_PREFIX))
    .filter(({ key }) => key !== CANCEL_KEY)
    .sort((a, b) => (orderOf(a) ?? 0) - (orderOf(b) ?? 0));

function differs(
  expected: readonly MirroredOperation[],
  copies: readonly MirroredOperation[],
  pk: string,
): string | undefined {
  const texts = (all: readonly MirroredOperation[]) => all.map(contentOf).join(", ");
  return texts(expected) === texts(copies)
    ? undefined
    : `${pk} begins with ${texts(copies)} instead of ${texts(expected)}`;
}

/** A record's key and what it came to, when that is kept inside of it. */
function contentOf({ key, item }: MirroredOperation): string {
  const isInline = (name: string) => item[name]?.S !== undefined;
  return `${key}=${isInline("r") ? item["r"]?.S : isInline("f") ? item["f"]?.S : "…"}`;
}
