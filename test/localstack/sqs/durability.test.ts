import { mkdtempSync, rmSync } from "node:fs";
import * as nodeFiles from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChangeMessageVisibilityCommand, DeleteMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { JournalPlace } from "../../../localstack/embedded/journal.ts";
import { openWorld, type World } from "./world.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sqs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const bodies = async (world: World, url: string) =>
  (await world.receive(url, { MaxNumberOfMessages: 10 })).map(({ Body }) => Body);

/** A second process: the first is left as a kill leaves it, its journal never closed. */
const reopen = (place: JournalPlace = { dir }, startAt?: number) =>
  openWorld({ journal: place }, startAt);

async function withDeadLetters(world: World): Promise<{ url: string; letters: string }> {
  const letters = await world.create({}, "letters");
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: await world.arn(letters),
    maxReceiveCount: 2,
  });
  return { letters, url: await world.create({ VisibilityTimeout: "1", RedrivePolicy }, "hints") };
}

test("an acknowledged send and an acknowledged delete survive the death of the process", async () => {
  const before = reopen();
  const url = await before.create({}, "hints");
  for (const body of ["kept", "deleted"]) await before.send(url, body);
  const deleted = (await before.receive(url, { MaxNumberOfMessages: 10 }))[1];
  await before.client.send(
    new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: deleted?.ReceiptHandle }),
  );

  const after = reopen();
  await after.create({}, "hints");
  after.advance(30_000);
  expect(await bodies(after, url)).toEqual(["kept"]);
});

test("a delay goes on after a restart", async () => {
  const before = reopen();
  await before.send(await before.create({}, "hints"), "later", 10);

  const after = reopen();
  const url = await after.create({}, "hints");
  after.advance(9999);
  expect(await bodies(after, url)).toEqual([]);
  after.advance(1);
  expect(await bodies(after, url)).toEqual(["later"]);
});

test("a message in flight stays hidden over a restart, with its receives counted on", async () => {
  const before = reopen();
  await before.send((await withDeadLetters(before)).url, "x");
  await before.receive((await withDeadLetters(before)).url);
  await before.send((await withDeadLetters(before)).letters, "written after the receive");
  before.advance(400);

  const after = reopen({ dir }, before.clock.now());
  const { url, letters } = await withDeadLetters(after);
  after.advance(599);
  expect(await bodies(after, url)).toEqual([]);
  after.advance(1);
  const [message] = await after.receive(url, { MessageSystemAttributeNames: ["All"] });
  expect(message).toMatchObject({ Body: "x", Attributes: { ApproximateReceiveCount: "2" } });
  after.advance(1000);
  await after.receive(url, { MaxNumberOfMessages: 10 });
  expect(await bodies(after, letters)).toEqual(["written after the receive", "x"]);
});

test("a visibility that was changed is kept over a restart, and so is the receipt", async () => {
  const before = reopen();
  const url = await before.create({}, "hints");
  await before.send(url, "x");
  const [held] = await before.receive(url);
  const receipt = { QueueUrl: url, ReceiptHandle: held?.ReceiptHandle };
  await before.client.send(
    new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: 2 }),
  );

  const after = reopen({ dir }, before.clock.now());
  await after.create({}, "hints");
  after.advance(1_999);
  expect(await bodies(after, url)).toEqual([]);
  await after.client.send(new DeleteMessageCommand(receipt));
  after.advance(60_000);
  expect(await bodies(after, url)).toEqual([]);
});

test("a dead letter is in its queue after a restart, and only there", async () => {
  const before = reopen();
  const { url } = await withDeadLetters(before);
  await before.send(url, "poison");
  for (let turn = 0; turn < 3; turn++) {
    await before.receive(url);
    before.advance(1000);
  }
  await before.send(url, "written after the move");

  const after = reopen({ dir }, before.clock.now());
  const { letters } = await withDeadLetters(after);
  expect(await bodies(after, letters)).toEqual(["poison"]);
  expect(await bodies(after, url)).toEqual(["written after the move"]);
});

test("snapshots keep all messages, those of queues not created yet included", async () => {
  const before = reopen({ dir, compactAtBytes: 1 });
  await before.send(await before.create({}, "one"), "1");
  await before.send(await before.create({}, "two"), "2");
  await before.sqs.close();

  const between = reopen();
  await between.create({}, "one");
  await between.sqs.close();

  const after = reopen();
  expect(await bodies(after, await after.create({}, "one"))).toEqual(["1"]);
  expect(await bodies(after, await after.create({}, "two"))).toEqual(["2"]);
});

test("once the journal cannot be written, every call fails", async () => {
  let isFull = false;
  const files = {
    ...nodeFiles,
    get writeSync() {
      if (isFull) throw new Error("ENOSPC");
      return nodeFiles.writeSync;
    },
  };
  const world = reopen({ dir, files });
  const url = await world.create();
  isFull = true;
  await expect(world.send(url, "x")).rejects.toMatchObject({ name: "InternalServerError" });
  await expect(world.receive(url)).rejects.toThrow("journal");
});
