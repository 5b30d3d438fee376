import type { EpochMs } from "../core/clock.ts";
import type { Message, TakenMessage } from "../store/mailbox.ts";

/**
 * The messages sent into a run, as its owner last read them together with the `wakeSeq` that vouches
 * for them. Which message a wait consumed stands in the wait's own record, and nowhere else: a
 * message is open until its id is found there, so one sent twice under one id is consumed once.
 */
export class Mailbox {
  #messages: readonly Message[];
  /** Ids in the history, and of messages handed out here. */
  readonly #consumed: Set<string>;
  /** When the messages handed out here were sent. */
  readonly #sentAt = new Map<string, EpochMs>();

  /** @param consumed ids of messages that the history holds */
  constructor(messages: readonly Message[], consumed: Iterable<string>) {
    this.#messages = messages;
    this.#consumed = new Set(consumed);
  }

  /** Takes the messages as a later read of META showed them. */
  refresh(messages: readonly Message[]): void {
    this.#messages = messages;
  }

  /** Hands out the oldest open message of that name; two waits never get the same one. */
  take(name: string): Message | undefined {
    const message = this.open.find((one) => one.name === name);
    if (!message) return undefined;
    this.#consumed.add(message.id);
    this.#sentAt.set(message.id, message.sentAt);
    return message;
  }

  /** Takes back a message that was handed out, and whose taker was given up before it recorded it. */
  putBack(id: string): void {
    this.#consumed.delete(id);
    this.#sentAt.delete(id);
  }

  /** The messages handed out here. */
  get taken(): TakenMessage[] {
    return [...this.#sentAt].map(([id, at]) => ({ id, at }));
  }

  /** The open messages in order, each once. */
  get open(): Message[] {
    const seen = new Set(this.#consumed);
    return this.#messages.filter(({ id }) => !seen.has(id) && seen.add(id));
  }

  /** Messages in META that are not open any more. */
  get spent(): number {
    return this.#messages.length - this.open.length;
  }
}
