import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { openWorld, type World } from "./world.ts";

const remove = ({ client }: World, QueueUrl: string, ReceiptHandle = "") =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

describe("queues", () => {
  test("a queue created again with the same attributes has the same URL, on the host called", async () => {
    const world = openWorld();
    const url = await world.create({ VisibilityTimeout: "5" }, "same");
    expect(url).toBe("http://sqs.test:4566/000000000000/same");
    expect(await world.create({ VisibilityTimeout: "5" }, "same")).toBe(url);
    const found = await world.client.send(new GetQueueUrlCommand({ QueueName: "same" }));
    expect(found.QueueUrl).toBe(url);
  });

  test("a queue created again with other attributes is refused", async () => {
    const world = openWorld();
    await world.create({ VisibilityTimeout: "5" }, "same");
    await expect(world.create({ VisibilityTimeout: "6" }, "same")).rejects.toMatchObject({
      name: "QueueNameExists",
    });
  });

  test("a missing queue is named in the refusal", async () => {
    const { client } = openWorld();
    const found = client.send(new GetQueueUrlCommand({ QueueName: "nope" }));
    await expect(found).rejects.toMatchObject({
      name: "QueueDoesNotExist",
      message: expect.stringContaining("nope"),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each([
    [{ FifoQueue: "true" }, "FifoQueue"],
    [{ VisibilityTimeout: "43201" }, "VisibilityTimeout"],
    [{ MessageRetentionPeriod: "59" }, "MessageRetentionPeriod"],
    [{ RedrivePolicy: "{}" }, "RedrivePolicy"],
    [
      { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:r:0:none","maxReceiveCount":3}' },
      "does not exist",
    ],
  ])("attributes %j are refused", async (attributes, named) => {
    await expect(openWorld().create(attributes)).rejects.toThrow(named);
  });

  test("counts of visible, delayed and in-flight messages are attributes", async () => {
    const world = openWorld();
    const url = await world.create();
    await world.send(url, "received");
    await world.receive(url);
    await world.send(url, "delayed", 60);
    await world.send(url, "visible");
    const { Attributes } = await world.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "1",
      ApproximateNumberOfMessagesDelayed: "1",
      VisibilityTimeout: "30",
      QueueArn: "arn:aws:sqs:us-east-1:000000000000:queue-1",
    });
  });
});

describe("send and receive", () => {
  test("a message arrives with its id, body and system attributes, and is gone once deleted", async () => {
    const world = openWorld();
    const url = await world.create();
    const id = await world.send(url, "héllo");
    const [message] = await world.receive(url, { MessageSystemAttributeNames: ["All"] });
    expect(message).toMatchObject({
      MessageId: id,
      Body: "héllo",
      Attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: String(world.clock.now()),
        ApproximateFirstReceiveTimestamp: String(world.clock.now()),
      },
    });
    await remove(world, url, message?.ReceiptHandle);
    world.advance(60_000);
    expect(await world.receive(url)).toEqual([]);
  });

  test("messages come in the order sent, at most as many as asked for", async () => {
    const world = openWorld();
    const url = await world.create();
    for (const body of ["a", "b", "c"]) await world.send(url, body);
    const bodies = async (MaxNumberOfMessages: number) =>
      (await world.receive(url, { MaxNumberOfMessages })).map(({ Body }) => Body);
    expect(await bodies(2)).toEqual(["a", "b"]);
    expect(await bodies(10)).toEqual(["c"]);
  });

  test("a delayed message shows at the end of its delay, not before", async () => {
    const world = openWorld();
    const url = await world.create();
    await world.send(url, "later", 2);
    world.advance(1999);
    expect(await world.receive(url)).toEqual([]);
    world.advance(1);
    expect(await world.receive(url)).toHaveLength(1);
  });

  test.each([901, -1, 1.5])("a delay of %d seconds is refused", async (delay) => {
    const world = openWorld();
    const url = await world.create();
    await expect(world.send(url, "x", delay)).rejects.toThrow("DelaySeconds");
  });

  test("a body of 1 MiB is taken, one byte more is refused, and so is none", async () => {
    const world = openWorld();
    const url = await world.create();
    await world.send(url, "x".repeat(1_048_576));
    await expect(world.send(url, "x".repeat(1_048_577))).rejects.toThrow("1048576");
    await expect(world.send(url, "")).rejects.toMatchObject({ Code: "MissingParameter" });
  });

  test("a body with a character that XML lacks is refused", async () => {
    const world = openWorld();
    const url = await world.create();
    await expect(world.send(url, "a\u0000b")).rejects.toMatchObject({
      name: "InvalidMessageContents",
    });
    await world.send(url, "tab\tline\nemoji 🙂\u007f");
  });

  test("a message is dropped when its retention is over", async () => {
    const world = openWorld();
    const url = await world.create({ MessageRetentionPeriod: "60" });
    await world.send(url, "old");
    world.advance(59_999);
    await world.send(url, "young");
    world.advance(1);
    const messages = await world.receive(url, { MaxNumberOfMessages: 10 });
    expect(messages.map(({ Body }) => Body)).toEqual(["young"]);
  });
});

describe("long polling", () => {
  test("a waiting receive is answered by the next send", async () => {
    const world = openWorld();
    const url = await world.create();
    const received = world.receive(url, { WaitTimeSeconds: 20 });
    await world.send(url, "x");
    expect(await received).toHaveLength(1);
  });

  test("a waiting receive ends empty after its time, and sets no further timer", async () => {
    const world = openWorld();
    const url = await world.create();
    const received = world.receive(url, { WaitTimeSeconds: 5 });
    await world.send(await world.create(), "elsewhere");
    expect(world.clock.next).toBe(world.clock.now() + 5000);
    world.advance(5000);
    expect(await received).toEqual([]);
    expect(world.clock.next).toBeUndefined();
  });

  test("a waiting receive wakes the moment a delay ends, by one timer", async () => {
    const world = openWorld();
    const url = await world.create();
    await world.send(url, "first", 2);
    await world.send(url, "second", 4);
    const received = world.receive(url, { WaitTimeSeconds: 20 });
    await world.arn(url);
    expect(world.clock.next).toBe(world.clock.now() + 2000);
    world.clock.fireNext();
    expect((await received).map(({ Body }) => Body)).toEqual(["first"]);
    expect(world.clock.next).toBeUndefined();
  });
});

describe("dead letters", () => {
  test("a message received too often moves to the dead-letter queue and keeps its age", async () => {
    const world = openWorld();
    const letters = await world.create();
    const url = await world.create({
      VisibilityTimeout: "1",
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: await world.arn(letters),
        maxReceiveCount: 2,
      }),
    });
    const sentAt = world.clock.now();
    await world.send(url, "poison");
    const received: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      received.push((await world.receive(url)).length);
      world.advance(1000);
    }
    expect(received).toEqual([1, 1, 0, 0]);
    const [letter] = await world.receive(letters, { MessageSystemAttributeNames: ["All"] });
    expect(letter).toMatchObject({
      Body: "poison",
      Attributes: {
        SentTimestamp: String(sentAt),
        DeadLetterQueueSourceArn: await world.arn(url),
      },
    });
  });
});

describe("what is not implemented", () => {
  test("a call is refused by its name", async () => {
    const listed = openWorld().client.send(new ListQueuesCommand({}));
    await expect(listed).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringContaining("ListQueues"),
    });
  });

  test("a field is refused by its name, never ignored", async () => {
    const world = openWorld();
    const QueueUrl = await world.create();
    const sent = world.client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageGroupId: "tenant" }),
    );
    await expect(sent).rejects.toThrow("MessageGroupId");
  });
});
