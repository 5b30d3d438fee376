import { AwsError } from "../../aws-error.ts";
import { receiptFrom } from "../message.ts";
import type { Queues } from "../queues.ts";
import { type Fields, fieldsOf, integerField, textField } from "../request-fields.ts";
import { invalidValue, missingParameter, queryCode } from "../sqs-error.ts";
import { type Performer, queueNameOf } from "./performer.ts";

const BATCH_MAX = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

async function hide(queues: Queues, queue: string, fields: Fields): Promise<void> {
  const handle = textField(fields, "ReceiptHandle");
  const seconds = integerField(fields, "VisibilityTimeout", 0, 43_200);
  if (seconds === undefined) throw missingParameter("VisibilityTimeout");
  await queues.hide(queue, receiptFrom(handle), handle, seconds * 1000);
}

/** ChangeMessageVisibility of a message in flight. */
export const changeMessageVisibility: Performer = async ({ queues }, input) => {
  const fields = fieldsOf("ChangeMessageVisibility", input, [
    "QueueUrl",
    "ReceiptHandle",
    "VisibilityTimeout",
  ]);
  await hide(queues, queueNameOf(fields), fields);
  return {};
};

/** ChangeMessageVisibilityBatch: each entry succeeds or fails by itself. */
export const changeMessageVisibilityBatch: Performer = async ({ queues }, input) => {
  const action = "ChangeMessageVisibilityBatch";
  const fields = fieldsOf(action, input, ["QueueUrl", "Entries"]);
  const queue = queueNameOf(fields);
  const Successful: { Id: string }[] = [];
  const Failed: { Id: string; SenderFault: true; Code: string; Message: string }[] = [];
  const entries = entriesOf(action, fields["Entries"]);
  queues.get(queue);
  await Promise.all(
    entries.map(async ([Id, entry]) => {
      try {
        await hide(queues, queue, entry);
        Successful.push({ Id });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        Failed.push({ Id, SenderFault: true, Code: queryCode(error), Message: error.message });
      }
    }),
  );
  return { Successful, ...(Failed.length > 0 && { Failed }) };
};

function entriesOf(action: string, entries: unknown = []): [id: string, entry: Fields][] {
  if (!Array.isArray(entries)) throw invalidValue("Entries", entries, "Must be a list of entries");
  if (entries.length === 0) {
    throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (entries.length > BATCH_MAX) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${BATCH_MAX}. You have sent ${entries.length}.`,
    );
  }
  const known = ["Id", "ReceiptHandle", "VisibilityTimeout"];
  const named = entries.map((entry): [string, Fields] => {
    const fields = fieldsOf(`an entry of ${action}`, entry, known);
    return [entryId(fields), fields];
  });
  const ids = named.map(([id]) => id);
  const repeated = ids.find((id, place) => ids.indexOf(id) !== place);
  if (repeated !== undefined) {
    throw new AwsError("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`);
  }
  return named;
}

function entryId(fields: Fields): string {
  // Only one that is absent is a missing parameter.
  const id = fields["Id"] === "" ? "" : textField(fields, "Id");
  if (ENTRY_ID.test(id)) return id;
  throw new AwsError(
    "InvalidBatchEntryId",
    `The batch entry id ${JSON.stringify(id)} must be 1 to 80 letters, digits, hyphens or underscores.`,
  );
}
