import type { Members } from "../../../localstack/embedded/faults.ts";
import type { KnownDifference } from "./known-difference.ts";
import { QUEUE as QueueUrl, type Step } from "./sqs-steps.ts";

const API = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference";
const service = "sqs";
const right = "embedded";
const call = (action: string, input: Members = {}): Step => ({
  action,
  input: { QueueUrl, ...input },
});
const on = (receive: "first" | "newest", step: Step): Step => ({
  ...step,
  receipts: [{ message: 0, receive }],
});
const create = (input: Members): Step => ({ action: "CreateQueue", input });
const SEND = call("SendMessage", { MessageBody: "a" });
const RECEIVE = call("ReceiveMessage", { VisibilityTimeout: 0 });
const HIDE = call("ChangeMessageVisibility", { VisibilityTimeout: 0 });

/** Differences in queues. */
export const SQS_DIFFERENCES: readonly KnownDifference[] = [
  {
    service,
    right,
    what: "hides a message that is not in flight",
    page: `${API}/API_ChangeMessageVisibility.html`,
    example: [SEND, RECEIVE, on("newest", HIDE)],
    embedded: /MessageNotInflight/,
    emulator: /^OK/,
  },
  {
    service,
    right,
    what: "refuses a deletion by the handle of an earlier receive, and a second one",
    page: `${API}/API_DeleteMessage.html`,
    leavesAlike: true,
    example: [SEND, RECEIVE, RECEIVE, on("first", call("DeleteMessage"))],
    embedded: /^OK \{\}$/,
    emulator: /^ReceiptHandleIsInvalid/,
  },
  {
    service,
    right: "unclear",
    what: "calls the handle of a message that is deleted invalid when it is to be hidden",
    page: `${API}/API_ChangeMessageVisibility.html`,
    leavesAlike: true,
    example: [SEND, RECEIVE, RECEIVE, on("first", HIDE)],
    embedded: /not available for visibility timeout change/,
    emulator: /ReceiptHandleIsInvalid/,
  },
];

/** Differences in queues that only calls meet which no client should make. */
export const HOSTILE_SQS_DIFFERENCES: readonly KnownDifference[] = [
  {
    service,
    right,
    what: "takes delays, waits and visibility timeouts out of their bounds",
    page: `${API}/API_ReceiveMessage.html`,
    example: [call("SendMessage", { MessageBody: "a", DelaySeconds: 901 })],
    embedded: /(DelaySeconds|WaitTimeSeconds|VisibilityTimeout) must be an integer/,
    emulator: /^(OK|ReceiptHandleIsInvalid)/,
  },
  {
    service,
    right,
    what: "looks for a queue or a handle without name when a parameter is missing",
    page: `${API}/CommonErrors.html`,
    example: [call("ChangeMessageVisibility", { VisibilityTimeout: 0 })],
    embedded: /^MissingRequiredParameterException/,
    emulator: /^(QueueDoesNotExist|ReceiptHandleIsInvalid)/,
  },
  {
    service,
    right,
    what: "leaves out attributes that do not exist",
    page: `${API}/API_GetQueueAttributes.html`,
    example: [call("GetQueueAttributes", { AttributeNames: ["None"] })],
    embedded: /^InvalidAttributeName: Unknown Attribute/,
    emulator: /^OK/,
  },
  {
    service,
    right,
    what: "creates queues with any name, and with attributes that do not exist",
    page: `${API}/API_CreateQueue.html`,
    example: [create({ QueueName: "a b" })],
    embedded: /^InvalidAttributeName: Attribute|parameter QueueName is invalid/,
    emulator: /^OK \{"QueueUrl"/,
  },
  {
    service,
    right: "unclear",
    what: "answers all attributes when none is asked for",
    page: `${API}/API_GetQueueAttributes.html`,
    example: [call("GetQueueAttributes")],
    embedded: /^OK \{"Attributes":\{\}\}$/,
    emulator: /^OK/,
  },
  {
    service,
    right: "unclear",
    what: "calls a bad `RedrivePolicy` an `InvalidAttributeValue`",
    page: `${API}/API_CreateQueue.html`,
    example: [create({ QueueName: "%Q-2", Attributes: { RedrivePolicy: "{" } })],
    embedded: /^InvalidParameterValueException: .*RedrivePolicy/,
    emulator: /^InvalidAttributeValue/,
  },
];
