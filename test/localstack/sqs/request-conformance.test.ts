import { expect, test } from "vitest";
import { createSqs } from "../../../localstack/embedded/sqs/sqs.ts";
import type { Members } from "../../../localstack/embedded/faults.ts";

const sqs = createSqs();
const QueueUrl = "/000000000000/q";

/** Name of the error that a call is refused with, as no SDK has checked it. */
const refusalOf = (action: string, input: Members) =>
  sqs.call(action, input).then(
    () => "none",
    (error: Error) => error.name,
  );

test.each([
  { VisibilityTimeout: "43201" },
  { VisibilityTimeout: "x" },
  { VisibilityTimeout: "" },
  { MessageRetentionPeriod: "59" },
  { DelaySeconds: "901" },
])("a queue with the attribute %j is refused as such", async (Attributes) => {
  expect(await refusalOf("CreateQueue", { QueueName: "q", Attributes })).toBe(
    "InvalidAttributeValue",
  );
});

test("a batch whose entries are left out is an empty one", async () => {
  await sqs.call("CreateQueue", { QueueName: "q" });
  expect(await refusalOf("ChangeMessageVisibilityBatch", { QueueUrl })).toBe("EmptyBatchRequest");
});

test("an empty id of a batch's entry is a bad one rather than none", async () => {
  await sqs.call("CreateQueue", { QueueName: "q" });
  const entry = { ReceiptHandle: "x", VisibilityTimeout: 0 };
  const refusal = (Id: unknown) =>
    refusalOf("ChangeMessageVisibilityBatch", { QueueUrl, Entries: [{ Id, ...entry }] });
  expect(await refusal("")).toBe("InvalidBatchEntryId");
  expect(await refusal(undefined)).toBe("MissingRequiredParameterException");
});
