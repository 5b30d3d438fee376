import type { Clock } from "../../../lambda/core/clock.ts";
import { AwsError } from "../aws-error.ts";
import { type Journal, type JournalPlace, openJournal } from "../journal.ts";
import type { DeliveryPlan } from "./delivery-plan.ts";
import { md5Of, type Message, type Receipt } from "./message.ts";
import {
  type MessageRecord,
  movedTo,
  replay,
  sendRecord,
  type StoredMessages,
} from "./message-journal.ts";
import { Queue, type ReceiveRequest } from "./queue.ts";
import { type QueueAttributes, queueArn } from "./queue-attributes.ts";
import { invalidValue, queueDoesNotExist } from "./sqs-error.ts";

/** What the queues are made with. */
export interface QueuesOptions {
  readonly clock: Clock;
  /** Region that ARNs name. */
  readonly region: string;
  /** A fresh message id. */
  readonly newId: () => string;
  /** Where messages are kept; without it they end with the process. */
  readonly journal?: JournalPlace | undefined;
  readonly delivery?: DeliveryPlan | undefined;
}

/** All queues and what is in them. Each change resolves once it is in the journal. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #queues = new Map<string, Queue>();
  readonly #stored: StoredMessages = new Map();
  readonly #journal: Journal<MessageRecord> | undefined;

  /** @throws Error when the journal is damaged or cannot be opened */
  constructor(options: QueuesOptions) {
    this.#options = options;
    this.#journal =
      options.journal &&
      openJournal<MessageRecord>({
        ...options.journal,
        name: "sqs",
        onRecord: (record) => replay(this.#stored, record),
        snapshot: () => this.#snapshot(),
      });
  }

  /**
   * Creates a queue, and gives it the messages that an earlier process left there.
   * @throws AwsError QueueNameExists when it exists with other attributes
   */
  create(name: string, attributes: QueueAttributes): void {
    const existing = this.#queues.get(name);
    if (!existing) return this.#add(name, attributes);
    const present = JSON.stringify(existing.attributes);
    if (present === JSON.stringify(attributes)) return;
    throw new AwsError(
      "QueueNameExists",
      `A queue ${name} already exists with other attributes: ${present}.`,
    );
  }

  /** @throws AwsError QueueDoesNotExist */
  get(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw queueDoesNotExist(name);
    return queue;
  }

  /** Sends a message; resolves with its id and the MD5 of its body. */
  async send(
    name: string,
    body: string,
    delaySeconds?: number,
  ): Promise<Pick<Message, "id" | "md5">> {
    const { clock, newId, delivery } = this.#options;
    const queue = this.get(name);
    const id = newId();
    const md5 = md5Of(body);
    const sentAt = clock.now();
    const dueAt = sentAt + (delaySeconds ?? queue.attributes.DelaySeconds) * 1000;
    const copies = (delivery?.copies(body) ?? [0]).map((lateMs, copy) => ({
      key: copy === 0 ? id : `${id}.${copy}`,
      id,
      body,
      md5,
      sentAt,
      dueAt: dueAt + lateMs,
    }));
    const written = copies.map((copy) => this.#append(sendRecord(name, copy)));
    for (const copy of copies) queue.add(copy);
    await Promise.all(written);
    return { id, md5 };
  }

  /** Takes messages from a queue, or waits for one. */
  receive(name: string, request: ReceiveRequest): Promise<readonly Message[]> {
    return this.get(name).receive(request);
  }

  /** Deletes what the receipt names, unless it is gone or was received again since. */
  async delete(name: string, receipt: Receipt): Promise<void> {
    const message = this.get(name).delete(receipt);
    if (message) await this.#append({ t: "delete", q: name, k: message.key });
  }

  /**
   * Hides a message in flight for `ms` from now.
   * @throws AwsError when the receipt is stale, the message not in flight, or the time too long
   */
  async hide(name: string, receipt: Receipt, handle: string, ms: number): Promise<void> {
    const { key, visibleAt: until } = this.get(name).hide(receipt, handle, ms);
    await this.#append({ t: "hide", q: name, k: key, until });
  }

  /** Why the journal takes nothing more; undefined while it does. */
  failure(): Error | undefined {
    return this.#journal?.failure();
  }

  /** Ends all waits and closes the journal. */
  async close(): Promise<void> {
    for (const queue of this.#queues.values()) queue.close();
    await this.#journal?.close();
  }

  #add(name: string, attributes: QueueAttributes): void {
    const { clock, delivery } = this.#options;
    const deadLetters = this.#deadLettersOf(attributes);
    const queue = new Queue({
      attributes,
      clock,
      delivery,
      events: {
        received: ({ key, visibleAt: until }) =>
          this.#note({ t: "receive", q: name, k: key, at: clock.now(), until }),
        expired: ({ key }) => this.#note({ t: "delete", q: name, k: key }),
        rejected: (message) => this.#move(name, message, deadLetters),
      },
    });
    this.#queues.set(name, queue);
    const kept = this.#stored.get(name);
    this.#stored.delete(name);
    for (const message of kept?.values() ?? []) queue.add(message);
  }

  #deadLettersOf({ RedrivePolicy }: QueueAttributes): string {
    const target = RedrivePolicy?.deadLetterTargetArn ?? "";
    const name = target.slice(target.lastIndexOf(":") + 1);
    if (RedrivePolicy && !this.#queues.has(name)) {
      throw invalidValue("RedrivePolicy", RedrivePolicy, "Dead letter target does not exist");
    }
    return name;
  }

  #move(name: string, message: Message, deadLetters: string): void {
    const from = queueArn(this.#options.region, name);
    this.#note({ t: "move", q: name, k: message.key, to: deadLetters, from });
    this.get(deadLetters).add(movedTo(message, from));
  }

  #append(record: MessageRecord): Promise<void> {
    return this.#journal?.append(record) ?? Promise.resolve();
  }

  /** For changes that no caller waits for; a failed write is seen by the next call. */
  #note(record: MessageRecord): void {
    this.#append(record).catch(() => {});
  }

  *#snapshot(): Iterable<MessageRecord> {
    for (const [name, { messages }] of this.#queues) {
      for (const message of messages) yield sendRecord(name, message);
    }
    for (const [name, messages] of this.#stored) {
      for (const message of messages.values()) yield sendRecord(name, message);
    }
  }
}
