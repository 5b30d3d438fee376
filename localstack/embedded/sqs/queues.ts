import type { Clock } from "../../../lambda/core/clock.ts";
import { AwsError } from "../aws-error.ts";
import { type Journal, type JournalPlace, openJournal } from "../journal.ts";
import type { DeliveryPlan } from "./delivery-plan.ts";
import { md5Of, type Message, type Receipt } from "./message.ts";
import { type MessageRecord, replay, sendRecord, type StoredMessages } from "./message-journal.ts";
import { createQueue, type Queue, type ReceiveRequest } from "./queue.ts";
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
export interface Queues {
  /**
   * Creates a queue, and gives it the messages that an earlier process left there.
   * @throws AwsError QueueNameExists when it exists with other attributes
   */
  create(name: string, attributes: QueueAttributes): void;
  /** @throws AwsError QueueDoesNotExist */
  get(name: string): Queue;
  /** Sends a message; resolves with its id and the MD5 of its body. */
  send(name: string, body: string, delaySeconds?: number): Promise<Pick<Message, "id" | "md5">>;
  receive(name: string, request: ReceiveRequest): Promise<readonly Message[]>;
  delete(name: string, receipt: Receipt): Promise<void>;
  /** Why the journal takes nothing more; undefined while it does. */
  failure(): Error | undefined;
  /** Ends all waits and closes the journal. */
  close(): Promise<void>;
}

/** Opens the queues. */
export function openQueues(options: QueuesOptions): Queues {
  const { clock, region, newId, delivery } = options;
  const queues = new Map<string, Queue>();
  const stored: StoredMessages = new Map();
  const journal: Journal<MessageRecord> | undefined =
    options.journal &&
    openJournal<MessageRecord>({
      ...options.journal,
      name: "sqs",
      onRecord: (record) => replay(stored, record),
      *snapshot() {
        for (const [name, { messages }] of queues) {
          for (const message of messages) yield sendRecord(name, message);
        }
        for (const [name, messages] of stored) {
          for (const message of messages.values()) yield sendRecord(name, message);
        }
      },
    });

  const append = (record: MessageRecord): Promise<void> =>
    journal?.append(record) ?? Promise.resolve();

  /** For changes that no caller waits for; a failed write is seen by the next call. */
  function note(record: MessageRecord): void {
    append(record).catch(() => {});
  }

  function get(name: string): Queue {
    const queue = queues.get(name);
    if (!queue) throw queueDoesNotExist(name);
    return queue;
  }

  function move(name: string, message: Message, deadLetters: string): void {
    const from = queueArn(region, name);
    note({ t: "move", q: name, k: message.key, to: deadLetters, from });
    get(deadLetters).add({ ...message, movedFrom: from });
  }

  function deadLettersOf({ RedrivePolicy }: QueueAttributes): string {
    const target = RedrivePolicy?.deadLetterTargetArn ?? "";
    const name = target.slice(target.lastIndexOf(":") + 1);
    if (RedrivePolicy && !queues.has(name)) {
      throw invalidValue("RedrivePolicy", RedrivePolicy, "Dead letter target does not exist");
    }
    return name;
  }

  function create(name: string, attributes: QueueAttributes): void {
    const deadLetters = deadLettersOf(attributes);
    const queue = createQueue({
      attributes,
      clock,
      delivery,
      events: {
        received: ({ key }) => note({ t: "receive", q: name, k: key, at: clock.now() }),
        expired: ({ key }) => note({ t: "delete", q: name, k: key }),
        rejected: (message) => move(name, message, deadLetters),
      },
    });
    queues.set(name, queue);
    const kept = stored.get(name);
    stored.delete(name);
    for (const message of kept?.values() ?? []) queue.add(message);
  }

  return {
    create(name, attributes) {
      const existing = queues.get(name);
      if (!existing) create(name, attributes);
      else if (JSON.stringify(existing.attributes) !== JSON.stringify(attributes)) {
        throw new AwsError(
          "QueueNameExists",
          `A queue ${name} already exists with other attributes: ${JSON.stringify(existing.attributes)}.`,
        );
      }
    },
    get,
    async send(name, body, delaySeconds) {
      const queue = get(name);
      const id = newId();
      const sentAt = clock.now();
      const dueAt = sentAt + (delaySeconds ?? queue.attributes.DelaySeconds) * 1000;
      const md5 = md5Of(body);
      const origin = { key: id, id, body, md5, sentAt, dueAt };
      const copies = (delivery?.copies(body) ?? [0]).map((lateMs, copy) => ({
        ...origin,
        key: copy === 0 ? id : `${id}.${copy}`,
        dueAt: dueAt + lateMs,
      }));
      const written = copies.map((copy) => sendRecord(name, copy)).map(append);
      for (const copy of copies) queue.add(copy);
      await Promise.all(written);
      return { id, md5 };
    },
    receive: (name, request) => get(name).receive(request),
    async delete(name, receipt) {
      const message = get(name).delete(receipt);
      if (message) await append({ t: "delete", q: name, k: message.key });
    },
    failure: () => journal?.failure(),
    async close() {
      for (const queue of queues.values()) queue.close();
      await journal?.close();
    },
  };
}
