import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { decodeValue } from "../../lambda/core/codec.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import { event } from "../../lambda/index.ts";
import { type Message, messageAttribute } from "../../lambda/store/mailbox.ts";
import { historyOf } from "../../lambda/store/meta.ts";
import { NEW_OPERATION } from "../../lambda/store/operation.ts";
import { n, NOW } from "../support/test-store.ts";
import { type ClientUnderTest, clientUnderTest } from "./client-of.ts";

const approved = event("approved", z.strictObject({ by: z.string().trim().min(1) }));
const noted = event("noted");

let client: ClientUnderTest;
beforeEach(async () => {
  client = await clientUnderTest();
});

const box = async () => (await client.store.readRun("run"))?.box ?? [];
const valueOf = async ({ value }: Message) => decodeValue(await client.store.values.fetch(value));
const run = () => client.savepoint.get("run");
const ofId = (id: string) => messageAttribute({ id, name: "noted", value: "1", sentAt: NOW });

describe("sending an event", () => {
  it("puts the value as it was given into the mailbox, for the run to apply the schema and hints at a run that waits", async () => {
    await client.put("waiting");
    await run().send(approved, { by: " ada " });
    const [message, ...others] = await box();
    expect(others).toEqual([]);
    expect(message).toMatchObject({ name: "approved", sentAt: NOW });
    expect(message && (await valueOf(message))).toEqual({ by: " ada " });
    expect(client.hints).toEqual([{ run: "run", for: NOW }]);
  });

  it("does not hint at a run that does not wait", async () => {
    await client.put("running");
    await run().send(noted, undefined);
    expect(await box()).toHaveLength(1);
    expect(client.hints).toEqual([]);
  });

  it("takes place although the hint cannot be sent", async () => {
    await client.put("waiting");
    client.hintFailure = new Error("SQS is gone");
    await run().send(noted, 1);
    expect(await box()).toHaveLength(1);
    expect(client.warnings).toEqual(["hint not sent; the sweeper will send one"]);
  });

  it("keeps a large value beside the history, put before it is sent", async () => {
    const { incarnation } = await client.put("running", { gen: n(2) });
    const large = Array.from({ length: 500 }, (_, i) => (i * 2_654_435_761) % 4_294_967_291);
    client.calls.length = 0;
    await run().send(noted, large);
    expect(client.calls.filter((call) => !call.startsWith("Get"))).toEqual([
      "PutItem",
      "UpdateItem",
      "UpdateItem",
    ]);
    const [message] = await box();
    expect(message?.value).toMatchObject({ pk: `H#${incarnation}#2` });
    expect(message && (await valueOf(message))).toEqual(large);
  });

  it("keeps a value of few bytes in the message", async () => {
    await client.put("waiting");
    await run().send(noted, "x".repeat(LIMITS.messageInlineBytes - 10));
    expect((await box())[0]?.value).toEqual(expect.any(String));
  });
});

describe("an event that cannot be sent", () => {
  it("because its value does not fit, is refused before anything is read", async () => {
    await client.put("waiting");
    await expect(run().send(approved, { by: "" })).rejects.toMatchObject({
      code: "validation",
      message: expect.stringContaining('value of event "approved"') as string,
    });
    await expect(run().send(noted, () => 1)).rejects.toMatchObject({
      code: "value_not_serializable",
    });
    expect([await box(), client.hints]).toEqual([[], []]);
  });

  it.each(["", "x".repeat(201), 5 as unknown as string])(
    "because of the idempotency key %j, is refused",
    async (idempotencyKey) => {
      await client.put("waiting");
      await expect(run().send(noted, 1, { idempotencyKey })).rejects.toMatchObject({
        code: "invalid_argument",
      });
    },
  );

  it("because of its name, is refused", async () => {
    await client.put("waiting");
    const bad = { name: "a/b", schema: undefined };
    await expect(run().send(bad, 1)).rejects.toMatchObject({ code: "invalid_argument" });
    expect(() => event("a#b")).toThrow("is not a name for an event");
  });

  it("because there is no run, is refused", () =>
    expect(run().send(noted, 1)).rejects.toMatchObject({ code: "run_not_found" }));

  it.each(["succeeded", "failed", "cancelled"] as const)(
    "because the run has %s, is refused, and nothing is kept of it",
    async (status) => {
      await client.put(status);
      client.calls.length = 0;
      const large = "y".repeat(LIMITS.messageInlineBytes + 1);
      await expect(run().send(noted, large)).rejects.toMatchObject({
        code: "run_conflict",
        message: expect.stringContaining(status) as string,
        details: { id: "run", status },
      });
      expect(client.calls).toEqual(["GetItem"]);
    },
  );

  it("because the mailbox is full, is refused, and the run is woken to empty it", async () => {
    const L = Array.from({ length: LIMITS.mailboxMax }, (_, i) => ofId(`m${i}`));
    await client.put("waiting", { box: { L } });
    await expect(run().send(noted, 1)).rejects.toMatchObject({ code: "mailbox_full" });
    expect(client.hints).toEqual([{ run: "run", for: NOW }]);
  });
});

describe("an event with an idempotency key", () => {
  const key = { idempotencyKey: "k" };

  it("arrives once however often it is sent, and is hinted at again", async () => {
    await client.put("waiting");
    await run().send(noted, 1, key);
    await run().send(noted, 1, key);
    expect(await box()).toHaveLength(1);
    expect(client.hints).toEqual([
      { run: "run", for: NOW },
      { run: "run", for: NOW },
    ]);
  });

  it("is another message for another key, event or run", async () => {
    await client.put("running");
    await client.put("running", {}, "other");
    await run().send(noted, 1, key);
    await run().send(noted, 1, { idempotencyKey: "l" });
    await run().send(event("else"), 1, key);
    await client.savepoint.get("other").send(noted, 1, key);
    const ids = [...(await box()), ...((await client.store.readRun("other"))?.box ?? [])];
    expect(new Set(ids.map(({ id }) => id)).size).toBe(4);
  });

  it("has been sent when the run that has it finishes", async () => {
    const { incarnation } = await client.put("running");
    await run().send(noted, 1, key);
    const [message] = await box();
    const L = message ? [messageAttribute(message)] : [];
    await client.replace("succeeded", { inc: { S: incarnation }, box: { L } });
    await expect(run().send(noted, 1, key)).resolves.toBeUndefined();
  });
});

it("with a key is known by a run that has taken it, cleared it away and finished", async () => {
  const meta = await client.put("running");
  await run().send(noted, 1, { idempotencyKey: "k" });
  const messageId = (await box())[0]?.id;
  await client.store.writeOperation(
    historyOf(meta),
    {
      ...NEW_OPERATION,
      key: "noted",
      kind: "wait",
      ordinal: 0,
      state: "done",
      epoch: 1,
      startedAt: NOW,
      nonce: "nonce",
      messageId,
    },
    meta.historyTtl,
    "settle",
  );
  await client.replace("succeeded", { inc: { S: meta.incarnation } });
  await expect(run().send(noted, 1, { idempotencyKey: "k" })).resolves.toBeUndefined();
  await expect(run().send(noted, 1, { idempotencyKey: "l" })).rejects.toMatchObject({
    code: "run_conflict",
  });
});

it("without a key two equal sends are two messages", async () => {
  await client.put("running");
  await run().send(noted, 1);
  await run().send(noted, 1);
  expect(await box()).toHaveLength(2);
});
