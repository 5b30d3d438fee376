import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import type { Meta } from "../../lambda/store/meta.ts";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const requestOf = (nonce: string) => ({ nonce, reason: "enough", cause: "request" }) as const;
const cancel = (to: Meta, nonce = "c1") =>
  opened.store.cancelRun({ to, cancel: requestOf(nonce), now: NOW, tx: `tx-${nonce}` });
const ASKED = {
  cancel: { M: { nonce: s("c1"), reason: s("enough"), cause: s("request") } },
  wakeSeq: n(1),
};
const DUE = { dueAt: n(NOW), checkAt: n(NOW + LIMITS.checkAfterMs) };

describe("a cancel request", () => {
  it.each([
    ["waiting", {}],
    ["waiting", { dueAt: n(NOW + 5), quorum: n(2) }],
    ["queued", { dueAt: n(NOW + 5) }],
    ["queued", { dueAt: undefined }],
  ] as const)("stands in META and wakes a run that is %s with %j", async (status, attributes) => {
    const meta = await opened.put(status, attributes);
    expect(await cancel(meta)).toEqual({ outcome: "requested", dueAt: NOW });
    const item = await opened.item();
    expect(item).toMatchObject({ ...ASKED, ...DUE, status: s(status) });
    expect(item).not.toHaveProperty("quorum");
  });

  it.each(["waiting", "queued"] as const)(
    "leaves the earlier wake-up of a %s run as it is",
    async (status) => {
      const meta = await opened.put(status, { dueAt: n(NOW - 9), checkAt: n(NOW - 3) });
      expect(await cancel(meta)).toEqual({ outcome: "requested", dueAt: undefined });
      expect(await opened.item()).toMatchObject({
        ...ASKED,
        dueAt: n(NOW - 9),
        checkAt: n(NOW - 3),
      });
    },
  );

  it("is counted as a wake-up of a run that runs, so that it cannot park without seeing it", async () => {
    const meta = await opened.put("running", { pause: { BOOL: true } });
    const { pause: _, ...before } = (await opened.item()) ?? {};
    expect(await cancel(meta)).toEqual({ outcome: "requested", dueAt: undefined });
    // Without its pause: released as paused, it would not be cancelled.
    expect(await opened.item()).toEqual({ ...before, ...ASKED, tx: s("tx-c1") });
  });

  it.each([[{}], [{ cancel: { M: { nonce: s("c0") } } }]])(
    "queues a run that is paused, with %j",
    async (attributes) => {
      const meta = await opened.put("paused", { pause: { BOOL: true }, ...attributes });
      expect(await cancel(meta)).toEqual({ outcome: "requested", dueAt: NOW });
      const item = await opened.item();
      expect(item).toMatchObject({ ...ASKED, ...attributes, ...DUE, status: s("queued") });
      expect(item).not.toHaveProperty("pause");
    },
  );

  it.each(["succeeded", "failed", "cancelled", "blocked"] as const)(
    "changes nothing when the run is %s",
    async (status) => {
      const meta = await opened.put(status);
      const before = await opened.item();
      const outcome = status === "blocked" ? "blocked" : "finished";
      expect(await cancel(meta)).toMatchObject({ outcome, meta: { status } });
      expect(await opened.item()).toEqual(before);
    },
  );

  it("changes nothing when the run is gone or another's", async () => {
    const meta = await opened.put("waiting");
    const before = await opened.item();
    expect(await cancel({ ...meta, incarnation: "older" })).toEqual({ outcome: "gone" });
    expect(await cancel({ ...meta, id: "nobody" })).toEqual({ outcome: "gone" });
    expect(await opened.item()).toEqual(before);
    expect(await opened.item("nobody")).toBeUndefined();
  });
});

describe("a second cancel request", () => {
  it.each(["waiting", "running", "queued"] as const)(
    "leaves the first as it is when the run is %s",
    async (status) => {
      const meta = await opened.put(status, { cancel: ASKED.cancel });
      const before = await opened.item();
      expect(await cancel(meta, "c2")).toMatchObject({ outcome: "requested" });
      expect(await opened.item()).toEqual(before);
    },
  );

  it("wants a hint when the run is due, since the first hint may have got lost", async () => {
    const meta = await opened.put("waiting", { cancel: ASKED.cancel, dueAt: n(NOW - 1) });
    expect(await cancel(meta, "c2")).toEqual({ outcome: "requested", dueAt: NOW - 1 });
  });

  it("is told that the run has to be terminated when it was blocked after the first", async () => {
    const meta = await opened.put("blocked", { cancel: ASKED.cancel });
    expect(await cancel(meta, "c2")).toMatchObject({ outcome: "blocked" });
  });

  it("at the same time as the first: one stands", async () => {
    const meta = await opened.put("running");
    await Promise.all([cancel(meta, "c1"), cancel(meta, "c2")]);
    const item = await opened.item();
    expect(["c1", "c2"]).toContain(item?.["cancel"]?.M?.["nonce"]?.S);
    expect(item?.["wakeSeq"]).toEqual(n(1));
  });

  it("is the first itself when its reply got lost", async () => {
    const meta = await opened.put("waiting");
    opened.fates.push({ losesReply: true });
    expect(await cancel(meta)).toEqual({ outcome: "requested", dueAt: NOW });
    expect(await opened.item()).toMatchObject(ASKED);
  });

  it("is the first itself when a message came after its lost reply", async () => {
    const meta = await opened.put("waiting");
    const message = { id: "m", name: "e", value: "1", sentAt: NOW };
    const send = () => opened.store.sendMessage({ to: meta, message, now: NOW, tx: "m" });
    opened.fates.push({ losesReply: true }, { before: send });
    expect(await cancel(meta)).toEqual({ outcome: "requested", dueAt: NOW });
    expect((await opened.item())?.["wakeSeq"]).toEqual(n(2));
  });
});

it("a cancel request stands when the run goes into its next round meanwhile", async () => {
  const seen = await opened.put("running");
  const next = () => opened.replace("running", { inc: s(seen.incarnation), gen: n(1) });
  opened.fates.push({ before: next });
  expect(await cancel(seen)).toMatchObject({ outcome: "requested" });
  expect(await opened.item()).toMatchObject({ ...ASKED, gen: n(1) });
});

it("a cancel request for one generation leaves the next one as it is", async () => {
  const seen = await opened.put("waiting");
  await opened.replace("waiting", { inc: s(seen.incarnation), gen: n(1) });
  const before = await opened.item();
  const request = { to: seen, isOnlyAsRead: true, cancel: requestOf("c1"), now: NOW, tx: "tx-c1" };
  expect(await opened.store.cancelRun(request)).toEqual({ outcome: "moved" });
  expect(await opened.item()).toEqual(before);
});

describe("a cancel request that meets a change of status", () => {
  const STATUSES = ["queued", "running", "waiting", "paused"] as const;
  const pairs = STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const));

  it.each(pairs)("stands when the run goes from %s to %s meanwhile", async (from, to) => {
    const seen = await opened.put(from);
    const change = (status: RunStatus) => opened.replace(status, { inc: s(seen.incarnation) });
    for (const fates of [[{ before: () => change(to) }], [{}, { before: () => change(to) }]]) {
      await change(from);
      opened.fates.push(...fates);
      expect(await cancel(seen)).toMatchObject({ outcome: "requested" });
      opened.fates.length = 0;
      const item = await opened.item();
      expect(item).toMatchObject(ASKED);
      // Nobody would deliver it to a paused run.
      expect(item?.["status"]?.S).not.toBe("paused");
      if (item?.["owner"] === undefined) expect(item).toMatchObject(DUE);
    }
  });
});
