import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect, it } from "vitest";
import { type Hints, hintsOnDemand } from "../../lambda/queue/hints.ts";
import { openHints } from "../../lambda/queue/sqs-hints.ts";
import { openWorld, type World } from "../localstack/sqs/world.ts";

/** A queue with that many messages, each hidden by its receipt. */
async function queueOf(count: number) {
  const world = openWorld();
  const url = await world.create({ VisibilityTimeout: "600" });
  for (let n = 0; n < count; n += 1) await world.send(url, `{"run":"run-${n}"}`);
  const receipts: string[] = [];
  while (receipts.length < count) receipts.push(...(await receiptsOf(world, url)));
  const hints: Hints = openHints(world.client, url);
  return { world, url, receipts, hints };
}

async function receiptsOf({ client }: World, QueueUrl: string): Promise<string[]> {
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await client.send(command);
  return Messages.map(({ ReceiptHandle = "" }) => ReceiptHandle);
}

it("hides more messages than one call to SQS takes", async () => {
  const { world, url, receipts, hints } = await queueOf(23);
  await hints.hideAll(receipts, 700_000);
  world.advance(650_000);
  expect(await receiptsOf(world, url)).toEqual([]);
  world.advance(50_000);
  expect(await receiptsOf(world, url)).toHaveLength(10);
});

it("tells how many messages were not hidden, and why, and hides the others", async () => {
  const { world, url, receipts, hints } = await queueOf(12);
  const [gone = "", ...rest] = receipts;
  await hints.delete(gone);
  const hidden = hints.hideAll([gone, "no-receipt", ...rest], 700_000);
  await expect(hidden).rejects.toThrow(/^2 of 13 messages were not hidden.*: .*no-receipt/);
  world.advance(650_000);
  expect(await receiptsOf(world, url)).toEqual([]);
});

it("a call that SQS refuses as a whole keeps no other batch from being hidden", async () => {
  const { world, url, receipts, hints } = await queueOf(20);
  const send = world.client.send.bind(world.client);
  let calls = 0;
  world.client.send = ((command: ReceiveMessageCommand) => {
    calls += 1;
    return calls === 1 ? Promise.reject(new Error("throttled")) : send(command);
  }) as typeof world.client.send;
  const hidden = hints.hideAll(receipts, 700_000);
  await expect(hidden).rejects.toThrow(/^10 of 20 messages were not hidden.*: throttled$/);
  world.advance(650_000);
  expect(await receiptsOf(world, url)).toHaveLength(10);
});

it("is opened at its first use, once", async () => {
  const { receipts, hints } = await queueOf(3);
  let times = 0;
  const later = hintsOnDemand(async () => {
    times += 1;
    return hints;
  });
  expect(times).toBe(0);
  await Promise.all([later.hide(receipts[0] ?? "", 1_000), later.delete(receipts[1] ?? "")]);
  await later.send({ run: "another", for: undefined });
  expect(times).toBe(1);
});

it("tells each caller why it cannot be opened", async () => {
  const closed = hintsOnDemand(() => Promise.reject(new Error("there is no such file")));
  await expect(closed.send({ run: "run-1", for: undefined })).rejects.toThrow("no such file");
  await expect(closed.hideAll(["receipt"], 1_000)).rejects.toThrow("no such file");
});
