import type { Clock, EpochMs } from "../../../lambda/core/clock.ts";
import type { DeliveryPlan } from "./delivery-plan.ts";
import { type Message, type MessageOrigin, newMessage, type Receipt } from "./message.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import { createReceivers, type Receivers } from "./receivers.ts";
import { hiddenTooLong, notAvailable, notInFlight } from "./sqs-error.ts";
import { createVisibility } from "./visibility.ts";

/** A message may stay hidden this long after it was received (SQS quotas, "Visibility timeout"). */
const HIDDEN_MAX_MS = 43_200_000;

/** What a receive asks for. */
export interface ReceiveRequest {
  readonly max: number;
  /** Milliseconds that the messages stay hidden. */
  readonly hideMs: number;
  /** Milliseconds to wait for a first message. */
  readonly waitMs: number;
  /** Ends the wait; messages are then left in the queue. */
  readonly signal?: AbortSignal;
}

/** What a queue tells whoever keeps it. */
export interface QueueEvents {
  /** A message was received, and is hidden from now on. */
  received(message: Message): void;
  /** A message is gone because its retention is over. */
  expired(message: Message): void;
  /** A message was received too often and must go to the dead-letter queue. */
  rejected(message: Message): void;
}

/** Messages by where they stand. */
export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** What a queue is made with. */
export interface QueueOptions {
  readonly attributes: QueueAttributes;
  readonly clock: Clock;
  readonly events: QueueEvents;
  readonly delivery?: DeliveryPlan | undefined;
}

/** One standard queue in memory. */
export class Queue {
  readonly attributes: QueueAttributes;
  readonly #clock: Clock;
  readonly #events: QueueEvents;
  readonly #delivery: DeliveryPlan | undefined;
  readonly #messages = new Map<string, Message>();
  readonly #visibility = createVisibility();
  readonly #receivers: Receivers;

  constructor({ attributes, clock, events, delivery }: QueueOptions) {
    this.attributes = attributes;
    this.#clock = clock;
    this.#events = events;
    this.#delivery = delivery;
    this.#receivers = createReceivers({
      clock,
      take: (request) => this.#take(request),
      nextAt: this.#visibility.nextAt,
    });
  }

  /** All messages, hidden ones included, in no certain order. */
  get messages(): Iterable<Message> {
    return this.#messages.values();
  }

  /** Adds a message, visible from its `dueAt`. */
  add(origin: MessageOrigin): void {
    const message = newMessage(origin);
    this.#messages.set(message.key, message);
    this.#visibility.place(message);
    this.#receivers.serve();
  }

  /** Takes visible messages, or waits for one. */
  receive(request: ReceiveRequest): Promise<readonly Message[]> {
    return this.#receivers.receive(request);
  }

  /** Deletes what the receipt names and returns it, unless it is gone or was received again since. */
  delete(receipt: Receipt): Message | undefined {
    const message = this.#held(receipt);
    if (message) this.#remove(message);
    return message;
  }

  /**
   * Hides a message in flight for `ms` from now, and returns it.
   * @throws AwsError when the receipt is stale, the message not in flight, or the time too long
   */
  hide(receipt: Receipt, handle: string, ms: number): Message {
    const now = this.#clock.now();
    const message = this.#held(receipt);
    if (!message) throw notAvailable(handle);
    if (message.visibleAt <= now) throw notInFlight(handle);
    if (now + ms > (message.lastReceivedAt ?? now) + HIDDEN_MAX_MS) throw hiddenTooLong(ms);
    message.visibleAt = now + ms;
    this.#visibility.place(message);
    this.#receivers.serve();
    return message;
  }

  /** Counts the messages. */
  counts(): QueueCounts {
    const now = this.#clock.now();
    const counts = { visible: 0, inFlight: 0, delayed: 0 };
    for (const { visibleAt, lastReceivedAt } of this.#messages.values()) {
      if (visibleAt <= now) counts.visible++;
      else if (lastReceivedAt === undefined) counts.delayed++;
      else counts.inFlight++;
    }
    return counts;
  }

  /** Ends every wait. */
  close(): void {
    this.#receivers.close();
  }

  #take({ max, hideMs }: ReceiveRequest): Message[] {
    const now = this.#clock.now();
    const visible = this.#visibility.visible(now);
    const taken: Message[] = [];
    while (taken.length < max && visible.size > 0) {
      const message = this.#nextOf(visible);
      if (message && this.#isDeliverable(message, now)) {
        taken.push(this.#receive(message, now, hideMs));
      }
    }
    return taken;
  }

  #nextOf(visible: ReadonlySet<Message>): Message | undefined {
    const place = this.#delivery?.next(visible.size) ?? 0;
    return place === 0 ? visible.values().next().value : [...visible][place];
  }

  /** Takes messages out of the queue whose time or receives are used up. */
  #isDeliverable(message: Message, now: EpochMs): boolean {
    const { MessageRetentionPeriod, RedrivePolicy } = this.attributes;
    const isExpired = message.sentAt + MessageRetentionPeriod * 1000 <= now;
    const isRejected = message.receives >= (RedrivePolicy?.maxReceiveCount ?? Infinity);
    if (!isExpired && !isRejected) return true;
    this.#remove(message);
    if (isExpired) this.#events.expired(message);
    else this.#events.rejected(message);
    return false;
  }

  #receive(message: Message, now: EpochMs, hideMs: number): Message {
    message.receives++;
    message.firstReceivedAt ??= now;
    message.lastReceivedAt = now;
    message.visibleAt = now + hideMs;
    this.#visibility.place(message);
    this.#events.received(message);
    return message;
  }

  #held({ key, receive }: Receipt): Message | undefined {
    const message = this.#messages.get(key);
    return message?.receives === receive ? message : undefined;
  }

  #remove(message: Message): void {
    this.#messages.delete(message.key);
    this.#visibility.remove(message);
  }
}
