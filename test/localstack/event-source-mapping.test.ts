import type { SQSEvent } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { startMapping } from "../../localstack/embedded/event-source-mapping.ts";
import type { InvocationResult } from "../../localstack/embedded/lambda-host/invocation.ts";
import { memoryLog } from "./lambda-host/functions.ts";
import { openWorld } from "./sqs/world.ts";

/** An invocation that waits for the test to end it. */
interface Invocation {
  readonly event: SQSEvent;
  readonly bodies: readonly string[];
  end(result: InvocationResult): void;
}

const succeeded = (response: unknown = null): InvocationResult => ({
  ok: true,
  payload: JSON.stringify(response),
});
const crashed: InvocationResult = { ok: false, errorType: "Runtime.ExitError", message: "crashed" };
const failing = (...ids: readonly (string | undefined)[]) =>
  succeeded({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

async function connected({ maxConcurrency = 4 } = {}) {
  const world = openWorld();
  const letters = await world.create({}, "letters");
  const url = await world.create(
    {
      VisibilityTimeout: "30",
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: await world.arn(letters),
        maxReceiveCount: 2,
      }),
    },
    "hints",
  );
  const invocations: Invocation[] = [];
  const arrivals: ((invocation: Invocation) => void)[] = [];
  const log = memoryLog();
  const mapping = startMapping({
    queues: world.sqs.queues,
    queueName: "hints",
    functionName: "worker",
    batchSize: 3,
    maxConcurrency,
    log,
    invoke: (_, event) =>
      new Promise((end) => {
        const { Records } = event as SQSEvent;
        const invocation = {
          event: event as SQSEvent,
          bodies: Records.map(({ body }) => body),
          end,
        };
        const arrival = arrivals.shift();
        if (arrival) arrival(invocation);
        else invocations.push(invocation);
      }),
  });
  return {
    ...world,
    mapping,
    log,
    letters,
    send: (body: string) => world.send(url, body),
    next: () =>
      new Promise<Invocation>((resolve) => {
        const invocation = invocations.shift();
        if (invocation) resolve(invocation);
        else arrivals.push(resolve);
      }),
    waiting: invocations,
    /** Messages that are in the queue, hidden ones included. */
    left: () => [...world.sqs.queues.get("hints").messages].map(({ body }) => body),
  };
}

/** Lets everything run that does not wait for time or for an invocation. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("dispatch", () => {
  test("a message goes out at once, in the event that Lambda makes of it", async () => {
    const { send, next, clock } = await connected();
    const sentAt = String(clock.now());
    const messageId = await send("hint");
    expect((await next()).event).toEqual({
      Records: [
        {
          messageId,
          receiptHandle: expect.any(String),
          body: "hint",
          attributes: {
            ApproximateReceiveCount: "1",
            SentTimestamp: sentAt,
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: sentAt,
          },
          messageAttributes: {},
          md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: "aws:sqs",
          eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:hints",
          awsRegion: "us-east-1",
        },
      ],
    });
  });

  test("while one invocation runs, messages go out in further ones up to the limit, then in batches", async () => {
    const { send, next, waiting, mapping } = await connected({ maxConcurrency: 2 });
    await send("a");
    const first = await next();
    await send("b");
    await next();
    for (const body of ["c", "d", "e", "f"]) await send(body);
    await settled();
    expect(waiting).toEqual([]);
    expect(mapping.busy).toBe(2);
    first.end(succeeded());
    expect((await next()).bodies).toEqual(["c", "d", "e"]);
  });
});

describe("the end of an invocation", () => {
  test.each([
    ["nothing", succeeded()],
    ["an empty list of failures", failing()],
    ["a list that is null", succeeded({ batchItemFailures: null })],
  ])("success with %s deletes the messages", async (_, result) => {
    const { send, next, left } = await connected();
    await send("a");
    (await next()).end(result);
    await settled();
    expect(left()).toEqual([]);
  });

  test("messages reported as failed stay and come back when their visibility ends", async () => {
    const { send, next, left, advance } = await connected({ maxConcurrency: 1 });
    await send("first");
    const first = await next();
    for (const body of ["good", "bad"]) await send(body);
    first.end(succeeded());
    const batch = await next();
    batch.end(failing(batch.event.Records[1]?.messageId));
    await settled();
    expect(left()).toEqual(["bad"]);
    advance(30_000);
    const again = await next();
    expect(again.bodies).toEqual(["bad"]);
    expect(again.event.Records[0]?.attributes.ApproximateReceiveCount).toBe("2");
  });

  test.each([
    ["a crash", crashed],
    ["an id that was not in the batch", failing("unknown")],
    ["an id that is missing", failing(undefined)],
    ["failures that are no list", succeeded({ batchItemFailures: "all" })],
    ["a response that is no JSON", { ok: true, payload: "{" } as const],
  ])("%s fails the whole batch, and is logged", async (_, result) => {
    const { send, next, left, log } = await connected();
    const messageId = await send("a");
    (await next()).end(result);
    await settled();
    expect(left()).toEqual(["a"]);
    expect(log.lines).toMatchObject([{ level: "warn", fields: { messages: [messageId] } }]);
  });

  test("a message that failed too often is a dead letter", async () => {
    const { send, next, receive, letters, advance, left } = await connected();
    await send("poison");
    for (let attempt = 1; attempt <= 2; attempt++) {
      (await next()).end(crashed);
      await settled();
      advance(30_000);
      await settled();
    }
    expect(left()).toEqual([]);
    expect(await receive(letters)).toMatchObject([{ Body: "poison" }]);
  });

  test("an invocation that outlived the visibility does not delete what another one holds", async () => {
    const { send, next, advance, left } = await connected();
    await send("slow");
    const slow = await next();
    advance(30_000);
    const second = await next();
    slow.end(succeeded());
    await settled();
    expect(left()).toEqual(["slow"]);
    second.end(succeeded());
    await settled();
    expect(left()).toEqual([]);
  });
});

describe("stop", () => {
  test("leaves messages in the queue and waits for the invocations in progress", async () => {
    const { send, next, mapping, left } = await connected();
    await send("in progress");
    const invocation = await next();
    let isStopped = false;
    const stopped = mapping.stop().then(() => (isStopped = true));
    await send("later");
    await settled();
    expect(isStopped).toBe(false);
    expect(left()).toEqual(["in progress", "later"]);
    invocation.end(succeeded());
    await stopped;
    expect(left()).toEqual(["later"]);
  });
});
