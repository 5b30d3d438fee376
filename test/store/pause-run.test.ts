import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { RunStatus } from "../../lambda/core/status.ts";
import type { Meta } from "../../lambda/store/meta.ts";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const pause = (run: Meta, tx = "tx1") => opened.store.pauseRun({ run, tx });
const resume = (run: Meta, tx = "tx1") => opened.store.resumeRun({ run, now: NOW, tx });
const change = (run: Meta, status: RunStatus, attributes = {}) =>
  opened.replace(status, { inc: s(run.incarnation), ...attributes });
const FLAG = { pause: { BOOL: true } };
const CANCEL = { cancel: { M: { nonce: s("c") } } };
const send = (to: Meta) => {
  const message = { id: "m", name: "e", value: "1", sentAt: NOW };
  return opened.store.sendMessage({ to, message, now: NOW, tx: "m" });
};

describe("pausing", () => {
  it.each([
    ["queued", {}],
    ["waiting", { dueAt: n(NOW + 5), checkAt: n(NOW + 9), quorum: n(2) }],
  ] as const)("a %s run takes it out of every worker's reach", async (status, attributes) => {
    const meta = await opened.put(status, attributes);
    expect(await pause(meta)).toEqual({ outcome: "paused" });
    const item = await opened.item();
    expect(item).toMatchObject({
      status: s("paused"),
      checkAt: n(meta.historyTtl * 1000 - LIMITS.restampMs),
    });
    expect(item).not.toHaveProperty("dueAt");
    expect(item).not.toHaveProperty("quorum");
  });

  it("a run with a deadline has it looked at then", async () => {
    const meta = await opened.put("waiting", { deadline: n(NOW + 7_000) });
    await pause(meta);
    expect(await opened.item()).toMatchObject({ checkAt: n(NOW + 7_000) });
  });

  it("a run that runs asks its owner, and keeps it from parking without having seen that", async () => {
    const meta = await opened.put("running");
    const before = await opened.item();
    expect(await pause(meta)).toEqual({ outcome: "asked" });
    expect(await opened.item()).toEqual({ ...before, ...FLAG, wakeSeq: n(1), tx: s("tx1") });
  });

  it.each([
    ["paused", {}, "paused"],
    ["running", FLAG, "asked"],
  ] as const)("again a run that is %s changes nothing", async (status, attributes, outcome) => {
    const meta = await opened.put(status, attributes);
    const before = await opened.item();
    expect(await pause(meta)).toEqual({ outcome });
    expect(await opened.item()).toEqual(before);
  });

  it.each([
    ["blocked", {}],
    ["succeeded", {}],
    ["failed", {}],
    ["cancelled", {}],
    ["queued", CANCEL],
    ["waiting", CANCEL],
    ["running", CANCEL],
  ] as const)("is refused when the run is %s, with %j", async (status, attributes) => {
    const meta = await opened.put(status, attributes);
    const before = await opened.item();
    expect(await pause(meta)).toMatchObject({ outcome: "refused", meta: { status } });
    expect(await opened.item()).toEqual(before);
  });

  it("is refused when the run is gone or another's", async () => {
    const meta = await opened.put("waiting");
    expect(await pause({ ...meta, id: "nobody" })).toEqual({ outcome: "gone" });
    expect(await pause({ ...meta, incarnation: "older" })).toEqual({ outcome: "gone" });
    expect(await opened.item()).toMatchObject({ status: s("waiting") });
    expect(await opened.item("nobody")).toBeUndefined();
  });
});

describe("resuming", () => {
  it("makes a paused run due", async () => {
    const meta = await opened.put("paused", FLAG);
    expect(await resume(meta)).toEqual({ outcome: "queued", dueAt: NOW });
    const item = await opened.item();
    expect(item).toMatchObject({
      status: s("queued"),
      dueAt: n(NOW),
      checkAt: n(NOW + LIMITS.checkAfterMs),
    });
    expect(item).not.toHaveProperty("pause");
  });

  it("has a run looked at by its deadline", async () => {
    await resume(await opened.put("paused", { deadline: n(NOW + 5_000) }));
    expect(await opened.item()).toMatchObject({ checkAt: n(NOW + 5_000) });
  });

  it("takes back a pause that its owner has not carried out", async () => {
    const meta = await opened.put("running", FLAG);
    const { pause: _, ...before } = (await opened.item()) ?? {};
    expect(await resume(meta)).toEqual({ outcome: "running" });
    expect(await opened.item()).toEqual({ ...before, tx: s("tx1") });
  });

  it.each(["queued", "waiting"] as const)(
    "takes back a pause of a run that is %s, whose owner had given it back unheard",
    async (status) => {
      const meta = await opened.put(status, FLAG);
      const { pause: _, ...before } = (await opened.item()) ?? {};
      expect(await resume(meta)).toEqual({ outcome: "running" });
      expect(await opened.item()).toEqual({ ...before, tx: s("tx1") });
    },
  );

  it("lets the code a run was blocked under claim it, too", async () => {
    const meta = await opened.put("blocked", { error: s("1") });
    expect(await resume(meta)).toEqual({ outcome: "queued", dueAt: NOW });
    const item = await opened.item();
    expect(item).toMatchObject({ status: s("queued"), dueAt: n(NOW) });
    for (const name of ["code", "error", "attentionShard", "attentionAt"]) {
      expect(item).not.toHaveProperty(name);
    }
  });

  it.each(["queued", "running", "waiting", "succeeded", "failed", "cancelled"] as const)(
    "is refused when the run is %s",
    async (status) => {
      const meta = await opened.put(status);
      const before = await opened.item();
      expect(await resume(meta)).toMatchObject({ outcome: "refused", meta: { status } });
      expect(await opened.item()).toEqual(before);
    },
  );

  it("is refused when the run is gone or another's", async () => {
    const meta = await opened.put("paused");
    expect(await resume({ ...meta, id: "nobody" })).toEqual({ outcome: "gone" });
    expect(await resume({ ...meta, incarnation: "older" })).toEqual({ outcome: "gone" });
    expect(await opened.item()).toMatchObject({ status: s("paused") });
  });
});

describe("pausing and resuming beside others", () => {
  it.each([
    ["queued", "running", {}, { outcome: "asked" }],
    ["waiting", "running", {}, { outcome: "asked" }],
    ["running", "waiting", {}, { outcome: "paused" }],
    ["waiting", "waiting", CANCEL, { outcome: "refused" }],
    ["running", "running", CANCEL, { outcome: "refused" }],
    ["running", "succeeded", {}, { outcome: "refused" }],
    ["running", "blocked", {}, { outcome: "refused" }],
    ["running", "paused", {}, { outcome: "paused" }],
  ] as const)(
    "pauses a run as it is when it went from %s to %s meanwhile, with %j",
    async (from, to, attributes, expected) => {
      const meta = await opened.put(from);
      opened.fates.push({ before: () => change(meta, to, attributes) });
      expect(await pause(meta)).toMatchObject(expected);
    },
  );

  it.each([
    ["running", FLAG, "paused", { outcome: "queued" }],
    ["paused", {}, "queued", { outcome: "refused" }],
  ] as const)(
    "resumes a run as it is when it was %s with %j and is %s meanwhile",
    async (from, attributes, to, expected) => {
      const meta = await opened.put(from, attributes);
      opened.fates.push({ before: () => change(meta, to) });
      expect(await resume(meta)).toMatchObject(expected);
    },
  );

  it("loses neither message nor pause when a message comes meanwhile", async () => {
    const meta = await opened.put("waiting");
    opened.fates.push({ before: () => send(meta) });
    await pause(meta);
    const item = await opened.item();
    expect(item).toMatchObject({ status: s("paused"), wakeSeq: n(1), box: { L: [{}] } });
    // Nor is the run woken by it.
    expect(item).not.toHaveProperty("dueAt");
  });

  it("queues a run once that a message reaches while it is resumed", async () => {
    const meta = await opened.put("paused");
    opened.fates.push({ before: () => send(meta) });
    expect(await resume(meta)).toEqual({ outcome: "queued", dueAt: NOW });
    expect(await opened.item()).toMatchObject({ wakeSeq: n(1), box: { L: [{}] } });
  });

  it.each(["waiting", "running"] as const)(
    "of a run that is %s is not undone by what came before, and comes again late",
    async (status) => {
      let pausesAgain: () => Promise<unknown> = () => Promise.resolve();
      let resumesAgain = pausesAgain;
      const meta = await opened.put(status);
      const read = async () => (await opened.store.readRun("run")) ?? meta;
      opened.fates.push({ copied: (arrive) => (pausesAgain = arrive) });
      await pause(meta, "tx1");
      const paused = await read();
      opened.fates.push({ copied: (arrive) => (resumesAgain = arrive) });
      await resume(paused, "tx2");
      await pausesAgain();
      expect(await read()).not.toMatchObject({ isPauseAsked: true });
      expect(await read()).not.toMatchObject({ status: "paused" });
      await pause(await read(), "tx3");
      await resumesAgain();
      const { status: now, isPauseAsked } = await read();
      expect(now === "paused" || isPauseAsked).toBe(true);
    },
  );

  it("takes place once when a reply gets lost", async () => {
    const meta = await opened.put("running");
    opened.fates.push({ losesReply: true });
    expect(await pause(meta)).toEqual({ outcome: "asked" });
    expect((await opened.item())?.["wakeSeq"]).toEqual(n(1));
    await change(meta, "paused");
    opened.fates.push({}, { losesReply: true });
    expect(await resume(meta)).toEqual({ outcome: "queued", dueAt: NOW });
  });
});
