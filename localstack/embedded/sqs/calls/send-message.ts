import { AwsError } from "../../aws-error.ts";
import { fieldsOf, integerField, textField } from "../request-fields.ts";
import { invalidValue } from "../sqs-error.ts";
import { type Performer, queueNameOf } from "./performer.ts";

/** A message holds at most this much (SQS quotas, 1 MiB since August 2025). */
const BODY_MAX_BYTES = 1_048_576;

/** Characters that a body may not hold: those that XML lacks (SQS API reference, "SendMessage"). */
const REFUSED = /[^\t\n\r\P{Cc}\u{7F}-\u{9F}]|[\p{Cs}\u{FFFE}\u{FFFF}]/u;

/** SendMessage: the message is in the journal when its answer leaves. */
export const sendMessage: Performer = async ({ queues }, input) => {
  const fields = fieldsOf("SendMessage", input, ["QueueUrl", "MessageBody", "DelaySeconds"]);
  const body = textField(fields, "MessageBody");
  const bytes = Buffer.byteLength(body);
  if (bytes > BODY_MAX_BYTES) {
    throw invalidValue("MessageBody", `${bytes} bytes`, "Message must not exceed 1048576 bytes");
  }
  if (REFUSED.test(body)) {
    throw new AwsError(
      "InvalidMessageContents",
      "The message body holds characters outside #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.",
    );
  }
  const delay = integerField(fields, "DelaySeconds", 0, 900);
  const { id, md5 } = await queues.send(queueNameOf(fields), body, delay);
  return { MessageId: id, MD5OfMessageBody: md5 };
};
