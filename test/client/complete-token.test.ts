import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { encodeValue } from "../../lambda/core/codec.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import { tokenMark, tokenMessage, tokenOf, tokenResultKey } from "../../lambda/core/token.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { messageAttribute } from "../../lambda/store/mailbox.ts";
import { historyOf, type Meta } from "../../lambda/store/meta.ts";
import { NEW_OPERATION } from "../../lambda/store/operation.ts";
import { n, NOW, s } from "../support/test-store.ts";
import { type ClientUnderTest, clientUnderTest } from "./client-of.ts";

let client: ClientUnderTest;
beforeEach(async () => {
  client = await clientUnderTest();
});

const other = (_: unknown, i: number) =>
  messageAttribute({ id: `m${i}`, name: "noted", value: "1", sentAt: NOW });

/** Puts a run that has recorded a token. */
async function put(
  status: RunStatus,
  { id = "run", attributes = {}, expiresAt }: Given = {},
): Promise<{ readonly token: string; readonly meta: Meta }> {
  const meta = await client.put(status, attributes, id);
  const { incarnation } = meta;
  const token = tokenOf({ runId: id, incarnation, key: "approval" }, client.ids.secret());
  await record(meta, token, expiresAt);
  client.calls.length = 0;
  return { token, meta };
}
interface Given {
  readonly id?: string;
  readonly attributes?: Item;
  readonly expiresAt?: number;
}
const SETTLED = {
  ...NEW_OPERATION,
  state: "done",
  epoch: 1,
  order: 1_000_001,
  startedAt: NOW,
  nonce: "nonce",
} as const;
const record = (meta: Meta, token: string, expiresAt?: number) =>
  client.store.writeOperation(
    historyOf(meta),
    {
      ...SETTLED,
      key: "approval",
      kind: "token",
      ordinal: 0,
      result: encodeValue({ token, ...(expiresAt !== undefined && { expiresAt }) }),
    },
    meta.historyTtl,
    "settle",
  );

const complete = (token: string, options?: { idempotencyKey: string }) =>
  client.savepoint.completeToken(token, { ok: true }, options);
const INVALID = expect.objectContaining({ code: "token_invalid" }) as unknown;

describe("completing a token", () => {
  it.each(["waiting", "queued", "running", "paused", "blocked"] as const)(
    "of a %s run is one write, which marks it as used",
    async (status) => {
      const { token } = await put(status);
      await complete(token);
      const item = await client.item();
      expect(item).toMatchObject({ tokens: { SS: [tokenMark(token)] }, wakeSeq: n(1) });
      expect((await client.store.readRun("run"))?.box).toMatchObject([
        { name: tokenMessage(token), value: '{"ok":true}' },
      ]);
      expect(client.hints).toHaveLength(status === "waiting" ? 1 : 0);
      await expect(complete(token)).rejects.toEqual(INVALID);
    },
  );

  it("takes place once when its reply got lost", async () => {
    const { token } = await put("waiting");
    client.fates.push({}, {}, { losesReply: true });
    await complete(token);
    expect((await client.store.readRun("run"))?.box).toHaveLength(1);
  });

  it("is known as one's own when its reply got lost, and the run has changed meanwhile", async () => {
    const { token, meta } = await put("waiting");
    const message = { id: "m", name: "noted", value: "1", sentAt: NOW };
    const send = () => client.store.sendMessage({ to: meta, message, now: NOW, tx: "other" });
    client.fates.push({}, {}, { losesReply: true }, { before: send });
    await complete(token);
    expect((await client.store.readRun("run"))?.box).toHaveLength(2);
  });

  it.each(["waiting", "running"] as const)("is done by one of two at once: %s", async (status) => {
    const { token } = await put(status);
    const both = await Promise.allSettled([complete(token), complete(token)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect((await client.store.readRun("run"))?.box).toHaveLength(1);
  });

  it("is not refused when it is repeated under its key after the run has taken the value", async () => {
    const { token, meta } = await put("waiting");
    const key = { idempotencyKey: "k" };
    await complete(token, key);
    const messageId = (await client.store.readRun("run"))?.box[0]?.id;
    const tokens = { SS: [tokenMark(token)] };
    for (const status of ["waiting", "succeeded"] as const) {
      await client.replace(status, { inc: s(meta.incarnation), tokens });
      await expect(complete(token, key)).rejects.toEqual(INVALID);
    }
    const wait = { key: tokenResultKey("approval"), kind: "wait", ordinal: -1, messageId } as const;
    await client.store.writeOperation(
      historyOf(meta),
      { ...SETTLED, ...wait },
      meta.historyTtl,
      "settle",
    );
    for (const status of ["waiting", "succeeded"] as const) {
      await client.replace(status, { inc: s(meta.incarnation), tokens });
      await expect(complete(token, key)).resolves.toBeUndefined();
      await expect(complete(token, { idempotencyKey: "l" })).rejects.toEqual(INVALID);
      expect((await client.store.readRun("run"))?.box).toEqual([]);
    }
  });

  it("follows the run into another history that holds the token", async () => {
    const { token, meta } = await put("waiting");
    const move = async () => {
      const moved = { inc: s(meta.incarnation), gen: n(1) };
      await client.replace("queued", moved);
      await record({ ...meta, generation: 1 }, token);
    };
    client.fates.push({}, {}, { before: move });
    await complete(token);
    expect((await client.store.readRun("run"))?.box).toHaveLength(1);
  });

  it("is refused when the run begins a round without it, and leaves nothing there", async () => {
    const { token, meta } = await put("running");
    const move = () => client.replace("running", { inc: s(meta.incarnation), gen: n(1) });
    // After the run was read a second time, by the refusal of the form for runs that wait.
    client.fates.push({}, {}, {}, { before: move });
    await expect(complete(token)).rejects.toEqual(INVALID);
    expect((await client.store.readRun("run"))?.box).toEqual([]);
  });

  it("is refused by a full mailbox, and can be tried again", async () => {
    const L = Array.from({ length: LIMITS.mailboxMax }, other);
    const { token, meta } = await put("waiting", { attributes: { box: { L } } });
    await expect(complete(token)).rejects.toMatchObject({ code: "mailbox_full" });
    expect(await client.item()).not.toHaveProperty("tokens");
    await client.replace("waiting", { inc: s(meta.incarnation) });
    await complete(token);
  });
});

describe("a token", () => {
  it.each(["succeeded", "failed", "cancelled"] as const)(
    "of a run that has %s is refused",
    async (status) => {
      const { token } = await put(status);
      const before = await client.item();
      await expect(complete(token)).rejects.toEqual(INVALID);
      expect(await client.item()).toEqual(before);
    },
  );

  it("is good until it expires, and not at that time", async () => {
    const early = await put("waiting", { expiresAt: NOW + 1 });
    await complete(early.token);
    const late = await put("waiting", { id: "late", expiresAt: NOW });
    await expect(complete(late.token)).rejects.toEqual(INVALID);
  });

  it("of a run whose id has come back is refused, also when it comes back meanwhile", async () => {
    const { token } = await put("waiting");
    client.fates.push({}, {}, { before: () => client.replace("waiting") });
    await expect(complete(token)).rejects.toEqual(INVALID);
    await expect(complete(token)).rejects.toEqual(INVALID);
    expect((await client.store.readRun("run"))?.box).toEqual([]);
  });

  it("refused when the run finishes meanwhile", async () => {
    const { token, meta } = await put("waiting");
    const finish = () => client.replace("succeeded", { inc: s(meta.incarnation) });
    client.fates.push({}, {}, { before: finish });
    await expect(complete(token)).rejects.toEqual(INVALID);
  });
});

describe("what is not the token", () => {
  it("changes nothing: random text, flipped bits, other runs' tokens", async () => {
    const mine = await put("waiting");
    const theirs = await put("waiting", { id: "other" });
    const before = [await client.item(), await client.item("other")];
    const cut = mine.token.indexOf(".");
    const [head, secret] = [mine.token.slice(0, cut), mine.token.slice(cut + 1)];
    const [otherHead, otherSecret] = theirs.token.split(".");
    const flipped = fc
      .record({ at: fc.nat(mine.token.length - 1), bit: fc.nat(7) })
      .map(({ at, bit }) => {
        const bytes = Buffer.from(mine.token);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        return bytes.toString("latin1");
      });
    const reencoded = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => `${head}.${Buffer.from(bytes).toString("base64url")}`);
    const hostile = fc.oneof(
      fc.string(),
      fc.base64String().map((text) => `${text}.${secret}`),
      flipped,
      reencoded,
      fc.constantFrom(`${head}.${otherSecret}`, `${otherHead}.${secret}`, `${mine.token}=`),
      fc.constantFrom(`${mine.token} `, `/${mine.token}`, mine.token.toUpperCase(), secret),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        await expect(complete(text)).rejects.toEqual(INVALID);
        expect([await client.item(), await client.item("other")]).toEqual(before);
      }),
      { numRuns: 300 },
    );
    await complete(mine.token);
  });
});
