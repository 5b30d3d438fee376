import type { Members } from "../../../localstack/embedded/faults.ts";
import { QUEUE, type Step } from "./sqs-steps.ts";

const QueueUrl = QUEUE;
const send = (input: Members): Step => ({
  action: "SendMessage",
  input: { QueueUrl, MessageBody: "a", ...input },
});
const receive = (input: Members): Step => ({
  action: "ReceiveMessage",
  // Seen again at once: a wait that is not refused as too long ends at once.
  input: { QueueUrl, VisibilityTimeout: 0, ...input },
});
const hide = (input: Members): Step => ({
  action: "ChangeMessageVisibility",
  input: { QueueUrl, ReceiptHandle: "none", VisibilityTimeout: 0, ...input },
});
const hideAll = (Entries: unknown): Step => ({
  action: "ChangeMessageVisibilityBatch",
  input: { QueueUrl, Entries },
});
const entry = (Id: unknown) => ({ Id, ReceiptHandle: "none", VisibilityTimeout: 0 });
const call = (action: string, input: Members): Step => ({ action, input });

/** Calls that no client should make, on a queue with one message. */
export const HOSTILE_STEPS: readonly Step[] = [
  send({ QueueUrl: undefined }),
  send({ QueueUrl: "" }),
  send({ QueueUrl: "http://127.0.0.1/000000000000/none" }),
  send({ QueueUrl: "none" }),
  send({ MessageBody: undefined }),
  send({ MessageBody: "" }),
  send({ MessageBody: "\u0000" }),
  send({ MessageBody: "\u000b" }),
  send({ MessageBody: "\u007f" }),
  send({ MessageBody: "\ufffe" }),
  send({ MessageBody: "\uffff" }),
  send({ MessageBody: "x".repeat(1_048_577) }),
  send({ DelaySeconds: -1 }),
  send({ DelaySeconds: 901 }),
  receive({ QueueUrl: "http://127.0.0.1/000000000000/none" }),
  receive({ MaxNumberOfMessages: 0 }),
  receive({ MaxNumberOfMessages: 11 }),
  receive({ VisibilityTimeout: -1 }),
  receive({ VisibilityTimeout: 43_201 }),
  receive({ WaitTimeSeconds: -1 }),
  receive({ WaitTimeSeconds: 21 }),
  call("DeleteMessage", { QueueUrl }),
  call("DeleteMessage", { QueueUrl, ReceiptHandle: "" }),
  call("DeleteMessage", { QueueUrl, ReceiptHandle: "none" }),
  hide({ ReceiptHandle: undefined }),
  hide({ VisibilityTimeout: undefined }),
  hide({ VisibilityTimeout: -1 }),
  hide({ VisibilityTimeout: 43_201 }),
  hideAll(undefined),
  hideAll([]),
  hideAll(Array.from({ length: 11 }, (_, at) => entry(String(at)))),
  hideAll([entry("a"), entry("a")]),
  hideAll([entry("a b")]),
  hideAll([entry("a".repeat(81))]),
  hideAll([entry("a".repeat(80)), entry("-_")]),
  hideAll([entry("")]),
  hideAll([{ Id: "a", ReceiptHandle: "none", VisibilityTimeout: 43_201 }]),
  call("GetQueueAttributes", { QueueUrl, AttributeNames: ["None"] }),
  call("GetQueueAttributes", { QueueUrl }),
  call("GetQueueUrl", { QueueName: "none" }),
  call("GetQueueUrl", { QueueName: "%Q" }),
  call("CreateQueue", { QueueName: "a b" }),
  call("CreateQueue", { QueueName: "a".repeat(81) }),
  call("CreateQueue", { QueueName: "%Q", Attributes: { VisibilityTimeout: "31" } }),
  call("CreateQueue", { QueueName: "%Q-2", Attributes: { VisibilityTimeout: "43201" } }),
  call("CreateQueue", { QueueName: "%Q-2", Attributes: { VisibilityTimeout: "x" } }),
  call("CreateQueue", { QueueName: "%Q-2", Attributes: { DelaySeconds: "901" } }),
  call("CreateQueue", { QueueName: "%Q-2", Attributes: { MessageRetentionPeriod: "59" } }),
  call("CreateQueue", { QueueName: "%Q-2", Attributes: { None: "1" } }),
  call("CreateQueue", { QueueName: "%Q-2", Attributes: { RedrivePolicy: "{" } }),
];
