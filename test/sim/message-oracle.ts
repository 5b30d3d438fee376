import { hashValue } from "../../lambda/core/codec.ts";
import { idempotencyKey, messageId } from "../../lambda/core/keys.ts";
import { isTokenMessage } from "../../lambda/core/token.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { givenBack, isSameValue, openTokens, type Sent } from "./given-back.ts";
import { messagesOf, valueOf } from "./mailboxes.ts";
import { type Change, historyOf, type Mirror, numberOf, textOf } from "./mirror.ts";
import { lastName, nameOfWait, openWaits } from "./open-waits.ts";

/** A wake-up this near needs no message, milliseconds. */
const NEAR_MS = 2_000;

/**
 * Judges what becomes of messages: each is in the mailbox, in META or in a page that it names, or in
 * exactly one wait, never in two, and never gone; those of one name are taken in the order in which they came.
 */
export class MessageOracle {
  readonly #mirror: Mirror;
  /** What was sent to each incarnation, in order, by id. */
  readonly #hashes = new WeakMap<Sent, string>();
  readonly #sent = new Map<string, Map<string, Sent>>();
  /** Histories that a resume has left behind: what is still recorded there counts for nothing. */
  readonly #left = new Set<string>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** What is wrong with a change; undefined when nothing is. */
  judge(change: Change, now: number): string | undefined {
    const { after, row, sk } = change;
    if (sk === "META") {
      if (row === "resume ended run") return this.#judgeResume(change);
      if (row === "fork") return this.#judgeFork(change);
      return this.#judgeBox(change) ?? this.#judgeSleep(change, now);
    }
    if (!sk.startsWith("OP#") || textOf(after, "s") !== "done") return undefined;
    if (row === "copy of a record" || this.#left.has(change.pk)) return undefined;
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
    const had = messagesOf(this.#mirror, before);
    const has = messagesOf(this.#mirror, after);
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

  /** A resumed run is given back what it does not remember having taken. */
  #judgeResume(change: Change): string | undefined {
    const { before, after, pk } = change;
    if (!before) return undefined;
    const moment = (meta: Item) => ({
      pk: historyOf(meta),
      operations: this.#mirror.operationsOf(meta),
      box: messagesOf(this.#mirror, meta),
    });
    const { known, box } = givenBack(this.#sentTo(after), moment(before), moment(after));
    // A former owner's records may come while a run that was ended without its code is resumed.
    const isOpen = this.#mirror.terminated.has(historyOf(before));
    this.#left.add(historyOf(before));
    this.#sent.set(textOf(after, "inc") ?? "", known);
    const has = messagesOf(this.#mirror, after);
    const shown = (ids: readonly string[]) => (isOpen ? ids.toSorted() : ids).join(", ");
    if (shown(has.map(({ id }) => id)) !== shown(box)) {
      return `${pk} has messages ${has.map(({ id }) => id).join(", ")} instead of ${box.join(", ")}`;
    }
    const wrong = has.find((one) => !isSameValue(known.get(one.id)?.value ?? "", one.value));
    return wrong && `${pk} has message ${wrong.id} with another value: ${wrong.value}`;
  }

  /** A fork has what completes the tokens it has, and nothing else. */
  #judgeFork({ after, pk }: Change): string | undefined {
    const { M: origin } = after["forkedFrom"] ?? {};
    const sent = this.#sent.get(textOf(origin, "inc") ?? "") ?? new Map<string, Sent>();
    const operations = this.#mirror.operationsOf(after);
    const names = openTokens(operations);
    const known = this.#sentTo(after);
    for (const { id, name, value } of messagesOf(this.#mirror, after)) {
      const original = sent.get(id);
      if (original?.name !== name || !isSameValue(original.value, value) || !names.delete(name)) {
        return `${pk} begins with message ${id} named ${name}, which is not for it`;
      }
      known.set(id, { id, name, value, takenBy: undefined });
    }
    const source = this.#mirror.metas.get(textOf(origin, "id") ?? "");
    const finishedAt = numberOf(source, "finishedAt") ?? Infinity;
    const isAsItWas = finishedAt < (numberOf(after, "startedAt") ?? 0) - NEAR_MS;
    const missing = [...sent.values()].find(({ name }) => names.has(name));
    return missing && isAsItWas
      ? `${pk} begins without message ${missing.id}, which completes a token of its own`
      : undefined;
  }

  /** A run does not sleep over a message that it waits for. */
  #judgeSleep({ after, pk }: Change, now: number): string | undefined {
    if (textOf(after, "status") !== "waiting") return undefined;
    if (!after["box"] && !after["spilled"]) return undefined;
    if ((numberOf(after, "dueAt") ?? Infinity) <= now + NEAR_MS) return undefined;
    const known = this.#sentTo(after);
    const open = messagesOf(this.#mirror, after).filter(({ id }) => !known.get(id)?.takenBy);
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
    if (!isSameValue(message.value, value)) {
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
    const event = lastName(key);
    const hasArrived = [...this.#mirror.metas].some(([id, meta]) => {
      const to = { id, incarnation: textOf(meta, "inc") ?? "" };
      return [...this.#sentTo(meta).values()].some((sent) => {
        if (sent.name !== event) return false;
        const hash = this.#hashOf(sent);
        // What was in parts that are gone is told by nothing.
        return hash === undefined || sent.id === messageId(to, event, `${sender}/${hash}`);
      });
    });
    return hasArrived ? undefined : `${run} ${sk} is recorded as sent and has not arrived`;
  }

  #hashOf(sent: Sent): string | undefined {
    const known = this.#hashes.get(sent);
    if (known !== undefined) return known;
    const value = valueOf(this.#mirror, sent.value);
    if (value === undefined) return undefined;
    const hash = hashValue(value);
    this.#hashes.set(sent, hash);
    return hash;
  }

  #sentTo(meta: Item): Map<string, Sent> {
    const incarnation = textOf(meta, "inc") ?? "";
    const known = this.#sent.get(incarnation) ?? new Map<string, Sent>();
    this.#sent.set(incarnation, known);
    return known;
  }
}
