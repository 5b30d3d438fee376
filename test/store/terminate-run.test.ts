import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import { type Meta, metaFrom, referenceText } from "../../lambda/store/meta.ts";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const terminate = (run: Meta, tx = "tx1") =>
  opened.store.terminateRun({ run, error: '["stopped"]', now: NOW, tx });
const PARENT = { id: "parent", incarnation: "p1" };
const waiters = { SS: [referenceText(PARENT)] };
const GONE = [
  "owner",
  "leaseUntil",
  "dueAt",
  "activity",
  "quorum",
  "pause",
  "code",
  "attentionShard",
  "attentionAt",
];

describe("terminating a run", () => {
  it.each(["queued", "running", "waiting", "paused", "blocked"] as const)(
    "that is %s ends it with the error, out of every worker's hands",
    async (status) => {
      const meta = await opened.put(status, { quorum: n(2), activity: { L: [] }, pause: n(1) });
      const ended = await terminate(meta);
      expect(ended).toMatchObject({ outcome: "terminated", meta: { status: "cancelled" } });
      const item = await opened.item();
      expect(item).toMatchObject({
        status: s("cancelled"),
        error: s('["stopped"]'),
        epoch: n(meta.epoch + 1),
        finishedAt: n(NOW),
        ttl: n((NOW + LIMITS.retentionMs) / 1000),
      });
      for (const name of GONE) expect(item, name).not.toHaveProperty(name);
    },
  );

  it("that was never claimed and nobody waits for owes nothing and is not looked at any more", async () => {
    await terminate(await opened.put("queued"));
    const item = await opened.item();
    expect(item).not.toHaveProperty("owed");
    expect(item).not.toHaveProperty("checkAt");
  });

  it.each([
    ["its children", "waiting", {}, ["children"]],
    ["its waiters", "queued", { waiters }, ["waiters"]],
    ["both", "running", { waiters }, ["children", "waiters"]],
    ["them from a year's sleep", "paused", { checkAt: n(NOW + 1e10) }, ["children"]],
  ] as const)("owes %s what they must hear, and soon", async (_, status, attributes, owed) => {
    await terminate(await opened.put(status, attributes));
    const item = await opened.item();
    expect(item?.["owed"]?.SS?.toSorted()).toEqual(owed);
    expect(item?.["checkAt"]).toEqual(n(NOW + LIMITS.checkAfterMs));
  });

  it.each(["succeeded", "failed", "cancelled"] as const)(
    "changes nothing when it is %s",
    async (status) => {
      const meta = await opened.put(status);
      const before = await opened.item();
      expect(await terminate(meta)).toMatchObject({ outcome: "finished", meta: { status } });
      expect(await terminate({ ...meta, incarnation: "older" })).toEqual({ outcome: "gone" });
      expect(await terminate({ ...meta, id: "nobody" })).toEqual({ outcome: "gone" });
      expect(await opened.item()).toEqual(before);
      expect(await opened.item("nobody")).toBeUndefined();
    },
  );
});

describe("a termination from some statuses only", () => {
  it.each([
    ["blocked", "terminated"],
    ["running", "left"],
    ["succeeded", "finished"],
  ] as const)("of a run that is %s by now: %s", async (status, outcome) => {
    const run = await opened.put("blocked");
    await opened.replace(status, { inc: s(run.incarnation) });
    const request = { run, error: "1", now: NOW, tx: "tx1", from: ["blocked"] } as const;
    expect(await opened.store.terminateRun(request)).toMatchObject({ outcome });
    const expected = outcome === "terminated" ? "cancelled" : status;
    expect(await opened.item()).toMatchObject({ status: s(expected) });
  });
});

describe("a termination that is not alone", () => {
  it("owes a waiter that joined after it read the run", async () => {
    const meta = await opened.put("queued");
    opened.fates.push({
      before: () => opened.store.addWaiter(meta, PARENT, "w", () => opened.ids.nonce()),
    });
    expect(await terminate(meta)).toMatchObject({ meta: { owed: ["waiters"], waiters: [PARENT] } });
  });

  it("owes the children of a run claimed after it read it, and fences that claim", async () => {
    const meta = await opened.put("queued");
    const claim = () =>
      opened.store.claimRun({
        id: "run",
        owner: "o",
        message: "m",
        now: NOW,
        leaseUntil: NOW + 9_000,
        bundle: "code",
        codes: ["c"],
      });
    opened.fates.push({ before: claim });
    expect(await terminate(meta)).toMatchObject({ meta: { owed: ["children"], epoch: 2 } });
    const me = { id: "run", incarnation: meta.incarnation, generation: 0, epoch: 1, owner: "o" };
    const outcome = { status: "succeeded", output: "1" } as const;
    expect(await opened.store.finishRun(me, "f", outcome, meta, NOW)).toEqual({ outcome: "lost" });
  });

  it("finds the run finished when its owner was faster", async () => {
    const meta = await opened.put("running");
    const finish = () => opened.replace("succeeded", { inc: s(meta.incarnation) });
    opened.fates.push({ before: finish });
    expect(await terminate(meta)).toMatchObject({
      outcome: "finished",
      meta: { status: "succeeded" },
    });
  });

  it("keeps a message that came meanwhile from waking the run", async () => {
    const meta = await opened.put("waiting");
    const send = (id: string) => {
      const message = { id, name: "e", value: "1", sentAt: NOW };
      return opened.store.sendMessage({ to: meta, message, now: NOW, tx: id });
    };
    opened.fates.push({ before: () => send("m1") });
    expect(await terminate(meta)).toMatchObject({ outcome: "terminated" });
    expect(await opened.item()).not.toHaveProperty("dueAt");
    expect(await send("m2")).toMatchObject({ outcome: "finished" });
  });

  it("takes place once when its reply gets lost, or another does the same", async () => {
    const meta = await opened.put("running");
    opened.fates.push({ losesReply: true });
    expect(await terminate(meta)).toMatchObject({ outcome: "terminated", meta: { epoch: 2 } });
    expect(await terminate(meta, "tx2")).toMatchObject({ outcome: "finished", meta: { epoch: 2 } });
    await opened.replace("running", { inc: s(meta.incarnation) });
    const both = await Promise.all([terminate(meta, "tx3"), terminate(meta, "tx4")]);
    expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(["finished", "terminated"]);
    expect(metaFrom((await opened.item()) ?? {}).epoch).toBe(2);
  });
});
