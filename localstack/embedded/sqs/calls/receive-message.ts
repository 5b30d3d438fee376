import type { Members } from "../../faults.ts";
import { type Message, receiptHandle, systemAttributes } from "../message.ts";
import { fieldsOf, integerField, textsField } from "../request-fields.ts";
import { invalidValue } from "../sqs-error.ts";
import { type Performer, queueNameOf } from "./performer.ts";

/** Names under which a message's attributes can be asked for; all others are refused. */
const ATTRIBUTES = new Set([
  "All",
  "ApproximateReceiveCount",
  "SentTimestamp",
  "SenderId",
  "ApproximateFirstReceiveTimestamp",
  "DeadLetterQueueSourceArn",
]);

/** ReceiveMessage, long polling included. */
export const receiveMessage: Performer = async ({ queues }, input) => {
  const fields = fieldsOf("ReceiveMessage", input, [
    "QueueUrl",
    "MaxNumberOfMessages",
    "VisibilityTimeout",
    "WaitTimeSeconds",
    "MessageSystemAttributeNames",
  ]);
  const name = queueNameOf(fields);
  const { attributes } = queues.get(name);
  const hide = integerField(fields, "VisibilityTimeout", 0, 43_200);
  const wait = integerField(fields, "WaitTimeSeconds", 0, 20);
  const wanted = textsField(fields, "MessageSystemAttributeNames");
  const unknown = wanted.find((each) => !ATTRIBUTES.has(each));
  if (unknown !== undefined) {
    throw invalidValue("MessageSystemAttributeNames", unknown, "The embedded SQS does not have it");
  }
  const messages = await queues.receive(name, {
    max: integerField(fields, "MaxNumberOfMessages", 1, 10) ?? 1,
    hideMs: (hide ?? attributes.VisibilityTimeout) * 1000,
    waitMs: (wait ?? attributes.ReceiveMessageWaitTimeSeconds) * 1000,
  });
  if (messages.length === 0) return {};
  return {
    Messages: messages.map((message) => ({
      MessageId: message.id,
      ReceiptHandle: receiptHandle(message),
      Body: message.body,
      MD5OfBody: message.md5,
      ...(wanted.length > 0 && { Attributes: chosen(message, wanted) }),
    })),
  };
};

function chosen(message: Message, names: readonly string[]): Members {
  const all = Object.entries(systemAttributes(message));
  return names.includes("All")
    ? Object.fromEntries(all)
    : Object.fromEntries(all.filter(([name]) => names.includes(name)));
}
