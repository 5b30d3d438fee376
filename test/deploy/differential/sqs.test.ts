import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SEARCH_TIMEOUT_MS, searched } from "../../support/fuzz.ts";
import { HOSTILE_STEPS } from "./hostile-sqs.ts";
import { firstDifference } from "./play.ts";
import { runningStacks } from "./running-stacks.ts";
import { HOSTILE_SQS_DIFFERENCES, SQS_DIFFERENCES } from "./sqs-differences.ts";
import { playSteps } from "./sqs-play.ts";
import { LEFT_MESSAGES, QUEUE, type Step, steps } from "./sqs-steps.ts";

const { stacks, newName } = runningStacks();
const play = (all: readonly Step[]) => playSteps(stacks(), all, newName());

test(
  "calls of the product and of its event source are answered alike, and leave the same messages",
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const played = play([...all, ...LEFT_MESSAGES]);
        expect(await firstDifference(played, SQS_DIFFERENCES)).toBeUndefined();
      }),
      searched(80),
    );
  },
  SEARCH_TIMEOUT_MS,
);

test.each(HOSTILE_STEPS.map((step) => [nameOf(step), step] as const))(
  "a hostile call is answered alike: %s",
  async (_, step) => {
    const message = { action: "SendMessage", input: { QueueUrl: QUEUE, MessageBody: "a" } };
    const known = [...SQS_DIFFERENCES, ...HOSTILE_SQS_DIFFERENCES];
    expect(await firstDifference(play([message, step]), known)).toBeUndefined();
  },
);

function nameOf({ action, input: { QueueUrl, ...others } }: Step): string {
  const queue = QueueUrl === QUEUE ? "" : ` of ${String(QueueUrl)}`;
  return `${action}${queue} ${JSON.stringify(others).slice(0, 100)}`;
}

test("a delayed message comes when its delay is over, and no earlier", async () => {
  const input = { QueueUrl: QUEUE, MaxNumberOfMessages: 10 };
  const delayed = [
    { action: "SendMessage", input: { QueueUrl: QUEUE, MessageBody: "a", DelaySeconds: 1 } },
    { action: "ReceiveMessage", input },
    { action: "ReceiveMessage", input: { ...input, WaitTimeSeconds: 5 } },
  ];
  expect(await firstDifference(play(delayed), [])).toBeUndefined();
});

test.each(["", "null", "[]", "5", "{", '{"a"', "\u0000"])(
  "a body that is no JSON object is refused by both: %j",
  async (body) => {
    const { embedded, emulator } = stacks();
    for (const [service, action] of [
      ["dynamodb", "GetItem"],
      ["sqs", "SendMessage"],
    ] as const) {
      const answer = await embedded.send(service, action, body);
      expect(answer).toMatchObject({ status: 400, error: "SerializationException" });
      // MiniStack takes it for an empty object, or fails.
      expect((await emulator.send(service, action, body)).error).toBeDefined();
    }
  },
);
