import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
} from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { openWorld, type World } from "./world.ts";

const hide = ({ client }: World, QueueUrl: string, ReceiptHandle = "", VisibilityTimeout = 0) =>
  client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
const remove = ({ client }: World, QueueUrl: string, ReceiptHandle = "") =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

describe("visibility", () => {
  test("a received message is hidden, then comes again with count 2 and a new handle", async () => {
    const world = openWorld();
    const url = await world.create({ VisibilityTimeout: "30" });
    await world.send(url, "v");
    const [first] = await world.receive(url, { VisibilityTimeout: 1 });
    expect(await world.receive(url)).toEqual([]);
    const waiting = world.receive(url, {
      WaitTimeSeconds: 4,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    });
    await world.arn(url);
    world.advance(1000);
    const [second] = await waiting;
    expect(second?.Attributes).toEqual({ ApproximateReceiveCount: "2" });
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  });

  test("visibility 0 gives a message back, a longer one keeps it", async () => {
    const world = openWorld();
    const url = await world.create();
    await world.send(url, "v");
    const [first] = await world.receive(url);
    await hide(world, url, first?.ReceiptHandle, 0);
    const [second] = await world.receive(url, { VisibilityTimeout: 1 });
    await hide(world, url, second?.ReceiptHandle, 10);
    world.advance(9999);
    expect(await world.receive(url)).toEqual([]);
    world.advance(1);
    expect(await world.receive(url)).toHaveLength(1);
  });

  test("a stale handle neither deletes nor hides a message that was received again", async () => {
    const world = openWorld();
    const url = await world.create({ VisibilityTimeout: "1" });
    await world.send(url, "v");
    const [first] = await world.receive(url);
    world.advance(1000);
    await world.receive(url);
    await remove(world, url, first?.ReceiptHandle);
    await expect(hide(world, url, first?.ReceiptHandle, 9)).rejects.toThrow("not available");
    world.advance(1000);
    expect(await world.receive(url)).toHaveLength(1);
  });

  test("a handle still deletes after its visibility has ended, while nobody has it again", async () => {
    const world = openWorld();
    const url = await world.create({ VisibilityTimeout: "1" });
    await world.send(url, "v");
    const [message] = await world.receive(url);
    world.advance(1000);
    await expect(hide(world, url, message?.ReceiptHandle, 9)).rejects.toMatchObject({
      name: "MessageNotInflight",
    });
    await remove(world, url, message?.ReceiptHandle);
    expect(await world.receive(url)).toEqual([]);
  });

  test("deleting twice succeeds, a handle that was never given out does not", async () => {
    const world = openWorld();
    const url = await world.create();
    await world.send(url, "v");
    const [message] = await world.receive(url);
    await remove(world, url, message?.ReceiptHandle);
    await remove(world, url, message?.ReceiptHandle);
    await expect(hide(world, url, message?.ReceiptHandle, 1)).rejects.toThrow("does not exist");
    await expect(remove(world, url, "garbage")).rejects.toMatchObject({
      name: "ReceiptHandleIsInvalid",
    });
  });

  test("a message cannot stay hidden over 12 hours from its receive", async () => {
    const world = openWorld();
    const url = await world.create();
    await world.send(url, "v");
    const [message] = await world.receive(url, { VisibilityTimeout: 43_200 });
    world.advance(1000);
    await expect(hide(world, url, message?.ReceiptHandle, 43_200)).rejects.toThrow("43200");
    await hide(world, url, message?.ReceiptHandle, 43_199);
  });

  test("a batch changes each message by itself and reports the failures", async () => {
    const world = openWorld();
    const url = await world.create();
    await world.send(url, "v");
    const [message] = await world.receive(url);
    const { Successful, Failed } = await world.client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: "good", ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: "bad", ReceiptHandle: "garbage", VisibilityTimeout: 0 },
        ],
      }),
    );
    expect(Successful).toEqual([{ Id: "good" }]);
    expect(Failed).toMatchObject([
      { Id: "bad", SenderFault: true, Code: "ReceiptHandleIsInvalid" },
    ]);
    expect(await world.receive(url)).toHaveLength(1);
  });

  test.each([
    ["EmptyBatchRequest", []],
    ["TooManyEntriesInBatchRequest", Array.from({ length: 11 }, (_, n) => `i${n}`)],
    ["BatchEntryIdsNotDistinct", ["same", "same"]],
    ["InvalidBatchEntryId", ["not ok"]],
  ])("a batch is refused with %s", async (name, ids) => {
    const world = openWorld();
    const QueueUrl = await world.create();
    const Entries = ids.map((Id) => ({ Id, ReceiptHandle: "x", VisibilityTimeout: 0 }));
    const sent = world.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    await expect(sent).rejects.toMatchObject({ name });
  });
});
