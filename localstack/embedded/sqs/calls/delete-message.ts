import { receiptFrom } from "../message.ts";
import { fieldsOf, textField } from "../request-fields.ts";
import { type Performer, queueNameOf } from "./performer.ts";

/**
 * DeleteMessage. With the handle of an earlier receive it succeeds without effect (SQS API reference,
 * "DeleteMessage").
 */
export const deleteMessage: Performer = async ({ queues }, input) => {
  const fields = fieldsOf("DeleteMessage", input, ["QueueUrl", "ReceiptHandle"]);
  await queues.delete(queueNameOf(fields), receiptFrom(textField(fields, "ReceiptHandle")));
  return {};
};
