import type { EpochMs } from "../../../lambda/core/clock.ts";
import type { MessageOrigin } from "./message.ts";

/**
 * A line of the queues' journal: `q` is the queue, `k` the message's key, `until` the end of its being
 * hidden, which outlives the process as it does on AWS. Configuration is not kept: queues are created
 * anew at each start.
 */
export type MessageRecord =
  | SendRecord
  | {
      readonly t: "receive";
      readonly q: string;
      readonly k: string;
      readonly at: EpochMs;
      readonly until: EpochMs;
    }
  | { readonly t: "hide"; readonly q: string; readonly k: string; readonly until: EpochMs }
  | { readonly t: "delete"; readonly q: string; readonly k: string }
  /** Moved from queue `q` with ARN `from` to its dead-letter queue `to`. */
  | {
      readonly t: "move";
      readonly q: string;
      readonly k: string;
      readonly to: string;
      readonly from: string;
    };

interface SendRecord {
  readonly t: "send";
  readonly q: string;
  readonly k: string;
  readonly id: string;
  readonly body: string;
  readonly at: EpochMs;
  /** End of the delay. */
  readonly due: EpochMs;
  /** Receives so far and when the first was; absent when there was none. */
  readonly receives?: number;
  readonly first?: EpochMs | undefined;
  readonly last?: EpochMs | undefined;
  readonly until?: EpochMs | undefined;
  readonly from?: string | undefined;
}

/** The record of a message as it is sent, or as it stands when a snapshot is taken. */
export function sendRecord(queue: string, message: MessageOrigin): SendRecord {
  return {
    t: "send",
    q: queue,
    k: message.key,
    id: message.id,
    body: message.body,
    at: message.sentAt,
    due: message.dueAt,
    ...(message.receives && {
      receives: message.receives,
      first: message.firstReceivedAt,
      last: message.lastReceivedAt,
      until: message.visibleAt,
    }),
    ...(message.movedFrom !== undefined && { from: message.movedFrom }),
  };
}

/** Messages of queues that were not created yet in this process, by queue and key. */
export type StoredMessages = Map<string, Map<string, MessageOrigin>>;

/** Applies a record read from the file. */
export function replay(stored: StoredMessages, record: MessageRecord): void {
  const queue = messagesOf(stored, record.q);
  if (record.t === "send") {
    queue.set(record.k, originOf(record));
    return;
  }
  const message = queue.get(record.k);
  if (!message) throw new Error(`the journal of the queues names an unknown message ${record.k}`);
  if (record.t === "receive") {
    queue.set(record.k, {
      ...message,
      receives: (message.receives ?? 0) + 1,
      firstReceivedAt: message.firstReceivedAt ?? record.at,
      lastReceivedAt: record.at,
      visibleAt: record.until,
    });
    return;
  }
  if (record.t === "hide") {
    queue.set(record.k, { ...message, visibleAt: record.until });
    return;
  }
  queue.delete(record.k);
  if (record.t === "move") {
    messagesOf(stored, record.to).set(record.k, movedTo(message, record.from));
  }
}

function messagesOf(stored: StoredMessages, queue: string): Map<string, MessageOrigin> {
  const messages = stored.get(queue) ?? new Map<string, MessageOrigin>();
  stored.set(queue, messages);
  return messages;
}

/** A message as its dead-letter queue gets it: with its receives, and visible at once. */
export function movedTo(message: MessageOrigin, from: string): MessageOrigin {
  const { visibleAt: _, lastReceivedAt: __, ...rest } = message;
  return { ...rest, dueAt: message.sentAt, movedFrom: from };
}

function originOf(record: SendRecord): MessageOrigin {
  return {
    key: record.k,
    id: record.id,
    body: record.body,
    sentAt: record.at,
    dueAt: record.due,
    ...(record.receives !== undefined && { receives: record.receives }),
    ...(record.first !== undefined && { firstReceivedAt: record.first }),
    ...(record.last !== undefined && { lastReceivedAt: record.last }),
    ...(record.until !== undefined && { visibleAt: record.until }),
    ...(record.from !== undefined && { movedFrom: record.from }),
  };
}
