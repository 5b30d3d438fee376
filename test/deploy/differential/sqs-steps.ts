import * as fc from "fast-check";
import type { Members } from "../../../localstack/embedded/faults.ts";

/** Which receipt handle a step names: one of a message, counted by their sends. */
export interface Receipt {
  readonly message: number;
  readonly receive: "first" | "newest";
}

/** A call on SQS. `%Q` stands for the queue; receipts are for the handles that each of both has given out. */
export interface Step {
  readonly action: string;
  readonly input: Members;
  readonly receipts?: readonly Receipt[];
}

/** Where the queue and its dead-letter queue are. */
export const QUEUE = "http://127.0.0.1/000000000000/%Q";
export const DEAD_LETTERS = `${QUEUE}-dead`;

const one = <T>(...options: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...options);
const maybe = <T>(...options: readonly T[]) => fc.option(one(...options), { nil: undefined });
const QueueUrl = fc.oneof({ weight: 4, arbitrary: one(QUEUE) }, one(DEAD_LETTERS));
/** Now, or so much later that no play sees it. */
const SECONDS = [0, 600] as const;

const send = fc.record({
  action: one("SendMessage"),
  input: fc.record({
    QueueUrl,
    MessageBody: one("a", '{"run":"r","for":1}', "ü\u{1f600}", "\t\n\r ", "x".repeat(5000)),
    DelaySeconds: maybe(0, 900),
  }),
});
const receive = fc.record({
  action: one("ReceiveMessage"),
  input: fc.record({
    QueueUrl,
    // All of them: which ones a receive of less gives is not promised.
    MaxNumberOfMessages: one(10),
    VisibilityTimeout: maybe(...SECONDS),
    WaitTimeSeconds: one(0),
    MessageSystemAttributeNames: maybe(["All"], ["ApproximateReceiveCount"], ["SentTimestamp"]),
  }),
});
const receipt = fc.record({
  message: fc.nat({ max: 3 }),
  receive: one<Receipt["receive"]>("first", "newest", "newest"),
});
const remove = fc.record({
  action: one("DeleteMessage"),
  input: fc.record({ QueueUrl }),
  receipts: fc.tuple(receipt),
});
const hide = fc.record({
  action: one("ChangeMessageVisibility"),
  input: fc.record({ QueueUrl, VisibilityTimeout: one(...SECONDS) }),
  receipts: fc.tuple(receipt),
});
const hideAll = fc.record({
  action: one("ChangeMessageVisibilityBatch"),
  input: fc.record({ QueueUrl, VisibilityTimeout: one(...SECONDS) }),
  receipts: fc.uniqueArray(receipt, { minLength: 1, maxLength: 3, selector: (of) => of.message }),
});
const COUNTS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
];
const look = fc.record({
  action: one("GetQueueAttributes"),
  input: fc.record({
    QueueUrl,
    AttributeNames: one(COUNTS, ["VisibilityTimeout", "RedrivePolicy", "QueueArn"]),
  }),
});

/** Calls of the kind that the product makes, and the event source mapping for it. */
export const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: send },
      { weight: 5, arbitrary: receive },
      { weight: 2, arbitrary: remove },
      { weight: 2, arbitrary: hide },
      { weight: 1, arbitrary: hideAll },
      { weight: 2, arbitrary: look },
    ),
    { minLength: 1, maxLength: 20, size: "max" },
  )
  .filter((all) => all.filter(({ action }) => action === "SendMessage").length <= 10);

/** What shows the messages that are left. */
export const LEFT_MESSAGES: readonly Step[] = [QUEUE, DEAD_LETTERS].flatMap((url) => [
  { action: "GetQueueAttributes", input: { QueueUrl: url, AttributeNames: COUNTS } },
  { action: "ReceiveMessage", input: { QueueUrl: url, MaxNumberOfMessages: 10 } },
]);
