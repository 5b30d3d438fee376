import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import { type Message, messageAttribute } from "../../lambda/store/mailbox.ts";
import type { Meta } from "../../lambda/store/meta.ts";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const message = (id = "m1"): Message => ({ id, name: "approved", value: "[1]", sentAt: NOW });
const boxOf = (...messages: readonly Message[]) => ({ L: messages.map(messageAttribute) });
const full = boxOf(...Array.from({ length: LIMITS.mailboxMax }, (_, i) => message(`old-${i}`)));
const send = (to: Meta, tx = "tx1", one = message()) =>
  opened.store.sendMessage({ to, message: one, now: NOW, tx });
const DUE = { dueAt: n(NOW), checkAt: n(NOW + LIMITS.checkAfterMs) };

describe("a message to a run that waits", () => {
  it.each([
    ["for nothing but messages", {}],
    ["until later", { dueAt: n(NOW + 1), checkAt: n(NOW + 5) }],
    ["for several children", { quorum: n(3), checkAt: n(NOW + 5) }],
  ])("is put in its mailbox and makes it due, when it waits %s", async (_, attributes) => {
    const meta = await opened.put("waiting", attributes);
    expect(await send(meta)).toEqual({ outcome: "sent", dueAt: NOW });
    const item = await opened.item();
    expect(item).toMatchObject({
      ...DUE,
      wakeSeq: n(1),
      box: boxOf(message()),
      status: s("waiting"),
    });
    expect(item).not.toHaveProperty("quorum");
    expect(opened.calls).toEqual(["UpdateItem"]);
  });

  it("leaves a wake-up that is earlier as it is", async () => {
    const meta = await opened.put("waiting", { dueAt: n(NOW - 9), checkAt: n(NOW - 3) });
    expect(await send(meta)).toEqual({ outcome: "sent", dueAt: undefined });
    expect(await opened.item()).toMatchObject({
      dueAt: n(NOW - 9),
      checkAt: n(NOW - 3),
      wakeSeq: n(1),
      box: boxOf(message()),
    });
  });
});

describe("a message to a run that does not wait", () => {
  it.each(["queued", "running", "paused", "blocked"] as const)(
    "is put in the mailbox of a %s run and changes nothing else",
    async (status) => {
      const meta = await opened.put(status);
      const before = await opened.item();
      expect(await send(meta)).toEqual({ outcome: "sent", dueAt: undefined });
      expect(await opened.item()).toEqual({
        ...before,
        tx: s("tx1"),
        wakeSeq: n(1),
        box: boxOf(message()),
      });
    },
  );

  it.each(["succeeded", "failed", "cancelled"] as const)(
    "is refused when the run has %s, and changes nothing",
    async (status) => {
      const meta = await opened.put(status);
      const before = await opened.item();
      expect(await send(meta)).toMatchObject({ outcome: "finished", meta: { status } });
      expect(await opened.item()).toEqual(before);
    },
  );

  it("is refused when there is no such run, and makes none", async () => {
    const meta = await opened.put("waiting");
    expect(await send({ ...meta, id: "nobody" })).toEqual({ outcome: "gone" });
    expect(await opened.item("nobody")).toBeUndefined();
  });

  it("is refused when the id has come back as another run", async () => {
    const meta = await opened.put("waiting");
    const before = await opened.item();
    expect(await send({ ...meta, incarnation: "older" })).toEqual({ outcome: "gone" });
    expect(await opened.item()).toEqual(before);
  });
});

describe("a full mailbox", () => {
  it("takes nothing, and makes a run due that waits, so that its owner makes room", async () => {
    const meta = await opened.put("waiting", { box: full });
    expect(await send(meta)).toEqual({ outcome: "full", dueAt: NOW });
    expect(await opened.item()).toMatchObject({ ...DUE, wakeSeq: n(1), box: full });
  });

  it.each([
    ["waiting", { dueAt: n(NOW - 9) }],
    ["running", {}],
    ["paused", {}],
  ] as const)("takes nothing when the run is %s, and counts the wake-up", async (status, other) => {
    const meta = await opened.put(status, { box: full, ...other });
    const before = await opened.item();
    expect(await send(meta)).toEqual({ outcome: "full", dueAt: undefined });
    expect(await opened.item()).toEqual({ ...before, tx: s("tx1"), wakeSeq: n(1) });
  });

  it("takes the hundredth message, of two senders at once the one, and not the next", async () => {
    const box = { L: full.L.slice(1) };
    const meta = await opened.put("running", { box });
    const sent = await Promise.all([send(meta, "a", message("a")), send(meta, "b", message("b"))]);
    expect(sent.map(({ outcome }) => outcome).toSorted()).toEqual(["full", "sent"]);
    expect((await opened.item())?.["box"]?.L).toHaveLength(LIMITS.mailboxMax);
  });
});

describe("a send that is repeated", () => {
  it.each(["waiting", "running"] as const)(
    "is there once when the reply got lost and the run is %s",
    async (status) => {
      const meta = await opened.put(status);
      opened.fates.push(...(status === "running" ? [{}] : []), { losesReply: true });
      const dueAt = status === "waiting" ? NOW : undefined;
      expect(await send(meta)).toEqual({ outcome: "sent", dueAt });
      expect(await opened.item()).toMatchObject({ box: boxOf(message()), wakeSeq: n(1) });
    },
  );

  it("says that it is due when its reply got lost and another message came meanwhile", async () => {
    const meta = await opened.put("waiting");
    const other = () => send(meta, "other", message("m2"));
    opened.fates.push({ losesReply: true }, { before: other });
    expect(await send(meta)).toEqual({ outcome: "sent", dueAt: NOW });
    expect((await opened.item())?.["wakeSeq"]).toEqual(n(2));
  });

  it("is sent already when a copy of it is in the mailbox of a due run", async () => {
    const meta = await opened.put("waiting", { box: boxOf(message()), dueAt: n(NOW - 1) });
    expect(await send(meta)).toEqual({ outcome: "sent", dueAt: NOW - 1 });
    expect(await opened.item()).toMatchObject({ box: boxOf(message()), wakeSeq: n(0) });
  });
});

describe("a message that meets a change of status", () => {
  const STATUSES = ["queued", "running", "waiting", "paused", "blocked"] as const;
  const pairs = STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const));

  it.each(pairs)("is delivered when the run goes from %s to %s meanwhile", async (from, to) => {
    const seen = await opened.put(from);
    const change = async (): Promise<void> => {
      await put(to, seen);
    };
    // Between the refusal of the first form and the second, and before the first.
    for (const fates of [[{ before: change }], [{}, { before: change }]]) {
      await put(from, seen);
      opened.fates.push(...fates);
      const sent = await send(seen);
      opened.fates.length = 0;
      const item = await opened.item();
      const wakes = item?.["status"]?.S === "waiting";
      expect(sent).toEqual({ outcome: "sent", dueAt: wakes ? NOW : undefined });
      expect(item).toMatchObject({ box: boxOf(message()), wakeSeq: n(1), ...(wakes && DUE) });
    }
  });

  it("is refused when the run finishes meanwhile", async () => {
    const seen = await opened.put("running");
    opened.fates.push({}, { before: () => put("succeeded", seen) });
    expect(await send(seen)).toMatchObject({ outcome: "finished" });
  });

  const put = async (status: RunStatus, { incarnation }: Meta): Promise<void> => {
    await opened.replace(status, { inc: s(incarnation) });
  };
});
