import { idempotencyKey, messageId } from "../../lambda/core/keys.ts";
import { isTokenMessage } from "../../lambda/core/token.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { type Change, type Mirror, numberOf, textOf } from "./mirror.ts";
import { lastName, nameOfWait, openWaits } from "./open-waits.ts";

/** A wake-up this near needs no message, milliseconds. */
const NEAR_MS = 2_000;

/** A message that has got into a mailbox. */
interface Sent {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** Key of the operation that has taken it, with its history. */
  takenBy: string | undefined;
}

/**
 * Judges what becomes of messages: each is in the mailbox or in exactly one wait, never in two, and
 * never gone; those of one name are taken in the order in which they came.
 */
export class MessageOracle {
  readonly #mirror: Mirror;
  /** What was sent to each incarnation, in order, by id. */
  readonly #sent = new Map<string, Map<string, Sent>>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** What is wrong with a change; undefined when nothing is. */
  judge(change: Change, now: number): string | undefined {
    const { after, sk } = change;
    if (sk === "META") return this.#judgeBox(change) ?? this.#judgeSleep(change, now);
    if (!sk.startsWith("OP#") || textOf(after, "s") !== "done") return undefined;
    if (change.row === "copy of a record") return undefined;
    if (textOf(change.before, "s") === "done") return undefined;
    const kind = textOf(after, "k");
    return kind === "wait"
      ? this.#judgeTaking(change)
      : kind === "send"
        ? this.#judgeSending(change)
        : undefined;
  }

  #judgeBox({ before, after, pk, row }: Change): string | undefined {
    const known = this.#sentTo(after);
    const had = boxOf(before);
    const has = boxOf(after);
    const added = row === "send" ? has.slice(had.length) : [];
    for (const { id, name, value } of added) {
      if (!known.has(id)) known.set(id, { id, name, value, takenBy: undefined });
    }
    const kept = has.slice(0, has.length - added.length);
    let place = 0;
    for (const { id } of had) {
      if (kept[place]?.id === id) {
        place += 1;
        continue;
      }
      const isElsewhere = kept.some((one) => one.id === id) || known.get(id)?.takenBy;
      const isOver = row === "continue as new" && isTokenMessage(known.get(id)?.name ?? "");
      if (!isElsewhere && !isOver)
        return `${pk}: ${row} lost message ${id}, which nobody has taken`;
    }
    return place === kept.length ? undefined : `${pk}: ${row} put messages into the mailbox`;
  }

  /** A run does not sleep over a message that it waits for. */
  #judgeSleep({ after, pk }: Change, now: number): string | undefined {
    if (textOf(after, "status") !== "waiting" || !after["box"]) return undefined;
    if ((numberOf(after, "dueAt") ?? Infinity) <= now + NEAR_MS) return undefined;
    const known = this.#sentTo(after);
    const open = boxOf(after).filter(({ id }) => !known.get(id)?.takenBy);
    if (open.length === 0) return undefined;
    const wait = openWaits(this.#mirror, after).find(({ name }) =>
      open.some((one) => one.name === name),
    );
    return wait && `${pk} sleeps at ${wait.key} over a message of that name`;
  }

  #judgeTaking({ after, pk, sk }: Change): string | undefined {
    const id = textOf(after, "m");
    if (id === undefined) return undefined;
    const what = `${this.#mirror.runOf(pk)} ${sk}`;
    const known = this.#sent.get(pk.split("#")[1] ?? "");
    const message = known?.get(id);
    if (!known || !message) return `${what} took message ${id}, which nobody has sent`;
    if (message.takenBy) return `${what} took message ${id}, which ${message.takenBy} had taken`;
    const operations = this.#mirror.operations.get(pk) ?? new Map<string, never>();
    const key = sk.slice("OP#".length);
    const name = nameOfWait(operations, key);
    if (message.name !== name) return `${what} took a message named ${message.name}`;
    const value = JSON.stringify(after["r"]);
    if (message.value !== value && !message.value.startsWith('{"M"')) {
      return `${what} recorded ${value} instead of ${message.value}`;
    }
    message.takenBy = `${pk} ${sk}`;
    return this.#judgeOrder(message, known, what, (name) => {
      const others = [...operations.values()].filter(
        (one) => textOf(one.item, "k") === "wait" && textOf(one.item, "s") !== "done",
      );
      return others.filter((one) => nameOfWait(operations, one.key) === name).length;
    });
  }

  /** Older messages of its name may only be with other waits, which have not recorded them yet. */
  #judgeOrder(
    { id, name }: Sent,
    known: ReadonlyMap<string, Sent>,
    what: string,
    waits: (name: string) => number,
  ): string | undefined {
    let older = 0;
    for (const one of known.values()) {
      if (one.id === id) break;
      if (one.name === name && !one.takenBy) older += 1;
    }
    return older > waits(name)
      ? `${what} took message ${id} before ${older} older ones named ${name}`
      : undefined;
  }

  /** What is recorded as sent has arrived. */
  #judgeSending({ after, pk, sk }: Change): string | undefined {
    const run = this.#mirror.runOf(pk) ?? "";
    if (after["f"]) return undefined;
    const key = sk.slice("OP#".length);
    const incarnation = pk.split("#")[1] ?? "";
    const round = this.#mirror.roundOf(pk);
    const sender = idempotencyKey({ id: run, incarnation, round }, key);
    const hasArrived = [...this.#mirror.metas].some(([id, meta]) =>
      this.#sentTo(meta).has(
        messageId({ id, incarnation: textOf(meta, "inc") ?? "" }, lastName(key), sender),
      ),
    );
    return hasArrived ? undefined : `${run} ${sk} is recorded as sent and has not arrived`;
  }

  #sentTo(meta: Item): Map<string, Sent> {
    const incarnation = textOf(meta, "inc") ?? "";
    const known = this.#sent.get(incarnation) ?? new Map<string, Sent>();
    this.#sent.set(incarnation, known);
    return known;
  }
}

const boxOf = (meta: Item | undefined): Pick<Sent, "id" | "name" | "value">[] =>
  (meta?.["box"]?.L ?? []).map(({ M = {} }) => ({
    id: textOf(M, "i") ?? "",
    name: textOf(M, "n") ?? "",
    value: JSON.stringify(M["v"]),
  }));
