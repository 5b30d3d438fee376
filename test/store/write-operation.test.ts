import { beforeEach, describe, expect, it } from "vitest";
import { NEW_OPERATION, type OperationRecord } from "../../lambda/store/operation.ts";
import { NOW, openTestStore, type OpenedStore } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const HISTORY = "H#inc#0";
const TTL = Math.ceil(NOW / 1000) + 1_000;
const running = (nonce: string, change: Partial<OperationRecord> = {}): OperationRecord => ({
  ...NEW_OPERATION,
  key: "once",
  kind: "step",
  ordinal: 0,
  state: "running",
  epoch: 2,
  attempt: 1,
  startedAt: NOW,
  nonce,
  ...change,
});
const mark = (record: OperationRecord) => opened.store.writeOperation(HISTORY, record, TTL, "mark");

describe("a mark that a body may have been entered", () => {
  it("is written once: a retry whose first reply was lost is told from another's mark", async () => {
    expect(await mark(running("mine"))).toEqual({ done: true });
    expect(await mark(running("mine", { startedAt: NOW + 5 }))).toEqual({ done: true });
    expect(await mark(running("another"))).toMatchObject({ done: false, rival: { nonce: "mine" } });
    const [record] = await opened.store.loadHistory(HISTORY);
    expect(record).toMatchObject({ nonce: "mine", startedAt: NOW });
  });

  it("follows a takeover's mark, which is no attempt", async () => {
    const { epoch, key, kind, ordinal } = running("taker");
    const taken = { epoch, key, kind, ordinal, nonce: "taker", now: NOW, counts: false };
    await opened.store.markOperation(HISTORY, taken, TTL);
    expect(await mark(running("mine"))).toEqual({ done: true });
  });
});

describe("that a race's loser was told", () => {
  const child = (nonce: string): OperationRecord => ({
    ...running(nonce),
    key: "race/b/child",
    kind: "run",
    state: "waiting",
    childId: "run~1~race@b@child",
  });
  const tell = (nonce: string) =>
    opened.store.writeOperation(HISTORY, { ...child(nonce), told: true }, TTL, "told");

  it("is written once, so that a late copy of it changes nothing", async () => {
    await opened.store.writeOperation(HISTORY, child("begun"), TTL, "begin");
    expect(await tell("mine")).toEqual({ done: true });
    expect(await tell("mine"), "its own reply was lost").toEqual({ done: true });
    expect(await tell("another")).toMatchObject({ done: false, rival: { nonce: "mine" } });
    const [record] = await opened.store.loadHistory(HISTORY);
    expect(record).toMatchObject({ told: true, nonce: "mine" });
  });

  it("is not written by an owner that another has followed", async () => {
    await opened.store.writeOperation(HISTORY, child("begun"), TTL, "begin");
    const { key, kind, ordinal } = child("taker");
    const taken = { epoch: 3, key, kind, ordinal, nonce: "taker", now: NOW, counts: false };
    await opened.store.markOperation(HISTORY, taken, TTL);
    expect(await tell("late")).toMatchObject({ done: false, rival: { nonce: "taker" } });
    const [record] = await opened.store.loadHistory(HISTORY);
    expect(record?.told).toBeUndefined();
  });

  it("is not written where nothing was recorded, as of a run that was deleted", async () => {
    expect(await tell("late")).toEqual({ done: false, rival: undefined });
    expect(await opened.store.loadHistory(HISTORY)).toEqual([]);
  });
});

describe("that a rollback begins", () => {
  const begin = (nonce: string, epoch: number) => {
    const record = running(nonce, { key: "@rollback/once", kind: "rollback", epoch });
    const pending = { ...record, state: "pending", attempt: 0 } as const;
    return opened.store.writeOperation(HISTORY, pending, TTL, "begin");
  };

  it("is said by the owner, and not by a former one that comes late", async () => {
    expect(await begin("taker", 3)).toEqual({ done: true });
    expect(await begin("late", 2)).toMatchObject({ done: false, rival: { nonce: "taker" } });
    expect(await begin("next", 4)).toEqual({ done: true });
    const [record] = await opened.store.loadHistory(HISTORY);
    expect(record).toMatchObject({ epoch: 4, nonce: "next", state: "pending" });
  });
});
