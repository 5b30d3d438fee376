import { createHash } from "node:crypto";
import type { EpochMs } from "../../../lambda/core/clock.ts";
import { AwsError } from "../aws-error.ts";

/** One delivery of a sent message: a message that was duplicated has two, under one id. */
export interface Message {
  /** Names this delivery among the queue's. */
  readonly key: string;
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly sentAt: EpochMs;
  /** End of the delay it was sent with. */
  readonly dueAt: EpochMs;
  /** ARN of the queue it was moved from, when this is its dead-letter queue. */
  readonly movedFrom: string | undefined;
  receives: number;
  firstReceivedAt: EpochMs | undefined;
  lastReceivedAt: EpochMs | undefined;
  visibleAt: EpochMs;
}

/** What is known of a message when it is sent, moved or read back from the journal. */
export type MessageOrigin = Pick<Message, "key" | "id" | "body" | "sentAt" | "dueAt"> &
  Partial<
    Pick<
      Message,
      "md5" | "movedFrom" | "receives" | "firstReceivedAt" | "lastReceivedAt" | "visibleAt"
    >
  >;

/** The MD5 of a body, hex: the SDK compares it with its own. */
export const md5Of = (body: string): string => createHash("md5").update(body).digest("hex");

/** A message, visible from its `dueAt` unless it is known to be hidden longer. */
export function newMessage(origin: MessageOrigin): Message {
  return {
    key: origin.key,
    id: origin.id,
    body: origin.body,
    md5: origin.md5 ?? md5Of(origin.body),
    sentAt: origin.sentAt,
    dueAt: origin.dueAt,
    movedFrom: origin.movedFrom,
    receives: origin.receives ?? 0,
    firstReceivedAt: origin.firstReceivedAt,
    lastReceivedAt: origin.lastReceivedAt,
    visibleAt: origin.visibleAt ?? origin.dueAt,
  };
}

/** A message's system attributes, as receives and events show them. */
export interface SystemAttributes {
  readonly ApproximateReceiveCount: string;
  readonly SentTimestamp: string;
  readonly SenderId: string;
  readonly ApproximateFirstReceiveTimestamp: string;
  readonly DeadLetterQueueSourceArn?: string;
}

/** The system attributes of a message that was received. */
export function systemAttributes(message: Message): SystemAttributes {
  const { receives, sentAt, firstReceivedAt = sentAt, movedFrom } = message;
  return {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: String(sentAt),
    SenderId: "AROAEMBEDDED:savepoint",
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ...(movedFrom !== undefined && { DeadLetterQueueSourceArn: movedFrom }),
  };
}

/** Names one receive of one message; a later receive makes it stale. */
export interface Receipt {
  readonly key: string;
  readonly receive: number;
}

/** The handle of the message's last receive. */
export function receiptHandle({ key, receives }: Message): string {
  return Buffer.from(`${receives}:${key}`).toString("base64url");
}

/**
 * Reads a receipt handle.
 * @throws AwsError ReceiptHandleIsInvalid when this queue service never gave it out
 */
export function receiptFrom(handle: string): Receipt {
  const text = Buffer.from(handle, "base64url").toString();
  const colon = text.indexOf(":");
  const receive = Number(text.slice(0, colon));
  if (colon < 1 || !Number.isInteger(receive) || receive < 1) {
    throw new AwsError(
      "ReceiptHandleIsInvalid",
      `The input receipt handle ${JSON.stringify(handle)} is invalid.`,
    );
  }
  return { key: text.slice(colon + 1), receive };
}
