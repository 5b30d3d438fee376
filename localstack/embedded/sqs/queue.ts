import type { Clock, EpochMs } from "../../../lambda/core/clock.ts";
import { AwsError } from "../aws-error.ts";
import type { DeliveryPlan } from "./delivery-plan.ts";
import { type Message, type MessageOrigin, newMessage, type Receipt } from "./message.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import { createReceivers } from "./receivers.ts";
import { invalidValue } from "./sqs-error.ts";
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
  /** A message was received. */
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

/** One standard queue in memory. */
export interface Queue {
  readonly attributes: QueueAttributes;
  readonly messages: Iterable<Message>;
  add(origin: MessageOrigin): Message;
  receive(request: ReceiveRequest): Promise<readonly Message[]>;
  /** Deletes what the receipt names, unless it is gone or was received again since. */
  delete(receipt: Receipt): Message | undefined;
  /** Hides a message in flight for `ms` from now. */
  hide(receipt: Receipt, handle: string, ms: number): void;
  counts(): QueueCounts;
  /** Ends every wait. */
  close(): void;
}

/** Makes an empty queue. */
export function createQueue(options: {
  readonly attributes: QueueAttributes;
  readonly clock: Clock;
  readonly events: QueueEvents;
  readonly delivery?: DeliveryPlan | undefined;
}): Queue {
  const { attributes, clock, events, delivery } = options;
  const messages = new Map<string, Message>();
  const visibility = createVisibility();
  const receivers = createReceivers({ clock, take, nextAt: visibility.nextAt });

  function remove(message: Message): void {
    messages.delete(message.key);
    visibility.remove(message);
  }

  function take(request: ReceiveRequest): Message[] {
    const now = clock.now();
    const visible = visibility.visible(now);
    const taken: Message[] = [];
    while (taken.length < request.max && visible.size > 0) {
      const message = nextOf(visible);
      if (message && isDeliverable(message, now)) taken.push(receive(message, now, request.hideMs));
    }
    return taken;
  }

  /** Takes messages out of the queue whose time or receives are used up. */
  function isDeliverable(message: Message, now: EpochMs): boolean {
    const isExpired = message.sentAt + attributes.MessageRetentionPeriod * 1000 <= now;
    const isRejected = message.receives >= (attributes.RedrivePolicy?.maxReceiveCount ?? Infinity);
    if (!isExpired && !isRejected) return true;
    remove(message);
    if (isExpired) events.expired(message);
    else events.rejected(message);
    return false;
  }

  function receive(message: Message, now: EpochMs, hideMs: number): Message {
    message.receives++;
    message.firstReceivedAt ??= now;
    message.lastReceivedAt = now;
    message.visibleAt = now + hideMs;
    visibility.place(message);
    events.received(message);
    return message;
  }

  function nextOf(visible: ReadonlySet<Message>): Message | undefined {
    const place = delivery?.next(visible.size) ?? 0;
    return place === 0 ? visible.values().next().value : [...visible][place];
  }

  function held({ key, receive: count }: Receipt): Message | undefined {
    const message = messages.get(key);
    return message?.receives === count ? message : undefined;
  }

  return {
    attributes,
    messages: { [Symbol.iterator]: () => messages.values() },
    add(origin) {
      const message = newMessage(origin);
      messages.set(message.key, message);
      visibility.place(message);
      receivers.serve();
      return message;
    },
    receive: (request) => receivers.receive(request),
    delete(receipt) {
      const message = held(receipt);
      if (message) remove(message);
      return message;
    },
    hide(receipt, handle, ms) {
      const now = clock.now();
      const message = held(receipt);
      if (!message) throw notAvailable(handle);
      if (message.visibleAt <= now) throw notInFlight(handle);
      if (now + ms > (message.lastReceivedAt ?? now) + HIDDEN_MAX_MS) throw hiddenTooLong(ms);
      message.visibleAt = now + ms;
      visibility.place(message);
      receivers.serve();
    },
    counts() {
      const now = clock.now();
      const counts = { visible: 0, inFlight: 0, delayed: 0 };
      for (const { visibleAt, lastReceivedAt } of messages.values()) {
        if (visibleAt <= now) counts.visible++;
        else if (lastReceivedAt === undefined) counts.delayed++;
        else counts.inFlight++;
      }
      return counts;
    },
    close: () => receivers.close(),
  };
}

const notAvailable = (handle: string): AwsError =>
  invalidValue(
    "ReceiptHandle",
    handle,
    "Message does not exist or is not available for visibility timeout change",
  );

const notInFlight = (handle: string): AwsError =>
  new AwsError(
    "MessageNotInflight",
    `The message of receipt handle ${handle} is not in flight: its visibility timeout has ended.`,
  );

const hiddenTooLong = (ms: number): AwsError =>
  invalidValue(
    "VisibilityTimeout",
    ms / 1000,
    "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
  );
