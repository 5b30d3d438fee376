import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../lambda/core/limits.ts";
import { historyOf, type Meta } from "../../lambda/store/meta.ts";
import {
  NEW_OPERATION,
  operationItem,
  type OperationRecord,
} from "../../lambda/store/operation.ts";
import { birthTtl } from "../../lambda/store/start-run.ts";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const LARGE = "x".repeat(LIMITS.operationInlineBytes + 1);
const record = (key: string, order: number): OperationRecord => ({
  ...NEW_OPERATION,
  key,
  kind: "step",
  ordinal: order,
  state: "done",
  epoch: 2,
  order: 2_000_000 + order,
  result: `"${key}"`,
  startedAt: NOW,
  endedAt: NOW,
  nonce: `w-${key}`,
});

/** A run that has failed at `c`, with a history of three steps, the first of them with a large result. */
async function failedRun(): Promise<{ run: Meta; records: OperationRecord[] }> {
  const run = await opened.put("failed", {
    epoch: n(2),
    wakeSeq: n(3),
    hops: n(4),
    crashes: n(1),
    failedOp: s("c"),
    attentionShard: s("1"),
    attentionAt: n(NOW),
    deadline: n(NOW + 1_000),
  });
  const place = { historyPk: historyOf(run), inlineBytes: 100, ttlSeconds: 9, nonce: "large" };
  const large = await opened.store.values.keep(LARGE, place);
  const records = [{ ...record("a", 1), result: large }, record("b", 2), record("c", 3)];
  for (const one of records) {
    const Item = operationItem(historyOf(run), one, 9);
    await opened.dynamodb.call("PutItem", { TableName: "savepoint", Item });
  }
  opened.calls.length = 0;
  return { run, records };
}

let attempts = 0;
const resume = ({ run, records }: Awaited<ReturnType<typeof failedRun>>, kept = 2) =>
  opened.store.resumeFinished({
    run,
    records,
    kept: records.slice(0, kept),
    timeLimitMs: 1_000,
    now: NOW,
    tx: `tx-${(attempts += 1)}`,
    nonce: () => opened.ids.nonce(),
  });
const historyNow = async () => {
  const meta = await opened.store.readRun("run");
  if (!meta) throw new Error("the run is not there");
  return opened.store.loadHistory(historyOf(meta));
};

const itemsIn = async (partition: string) => {
  const { Items } = await opened.dynamodb.call("Query", {
    TableName: "savepoint",
    ConsistentRead: true,
    KeyConditionExpression: "#pk = :pk",
    ExpressionAttributeNames: { "#pk": "pk" },
    ExpressionAttributeValues: { ":pk": s(partition) },
  });
  return Items;
};
/** Turns in which the calls of a store that somebody has not awaited come to their end. */
async function allIsQuiet(): Promise<void> {
  for (let turns = 0; turns < 200; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("resuming a run that has ended", () => {
  it("begins a generation with what is kept, numbered anew, and its values' own parts", async () => {
    const failed = await failedRun();
    expect(await resume(failed)).toBe("queued");
    const history = await historyNow();
    expect(history.map(({ key, order, epoch }) => [key, order, epoch])).toEqual([
      ["a", 1, 0],
      ["b", 2, 0],
    ]);
    const [a] = history;
    expect(a?.result).toMatchObject({ pk: expect.stringMatching(/^H#.*#1#/) as string });
    expect(await opened.store.values.fetch(a?.result ?? "")).toBe(LARGE);
    expect(await opened.store.loadHistory(historyOf(failed.run))).toHaveLength(3);
  });

  it("leaves nothing of its end in META, and gives it its time and its life again", async () => {
    const failed = await failedRun();
    await resume(failed);
    const item = await opened.item();
    expect(item).toMatchObject({
      status: s("queued"),
      gen: n(1),
      epoch: n(2),
      wakeSeq: n(4),
      hops: n(0),
      crashes: n(0),
      mark: n(2),
      dueAt: n(NOW),
      checkAt: n(NOW + 1_000),
      deadline: n(NOW + 1_000),
      ttl: n(birthTtl(NOW)),
    });
    for (const gone of ["error", "finishedAt", "failedOp", "attentionShard", "attentionAt"]) {
      expect(item).not.toHaveProperty(gone);
    }
  });

  it("is known as one's own when the reply is lost", async () => {
    const failed = await failedRun();
    // The parts are read, put, then the two records, then META.
    opened.fates.push({}, {}, {}, {}, { losesReply: true });
    expect(await resume(failed)).toBe("queued");
    expect(opened.calls.at(-1)).toBe("UpdateItem");
    expect(await opened.item()).toMatchObject({ gen: n(1), wakeSeq: n(4) });
  });

  it("changes nothing when it dies before the write of META, wherever that is", async () => {
    const failed = await failedRun();
    const before = await opened.item();
    for (let call = 0; call < 5; call += 1) {
      const dies = new Promise<never>(() => undefined);
      opened.fates.push(...Array.from({ length: call }, () => ({})), { before: () => dies });
      void resume(failed);
      await allIsQuiet();
      expect([opened.fates, await opened.item()]).toEqual([[], before]);
    }
    expect(await resume(failed)).toBe("queued");
    expect(await historyNow()).toHaveLength(2);
  });

  it("remembers what was undone, also when it died at any write before, and when two do it at once", async () => {
    const { run, records } = await failedRun();
    const undoing = { ...record("@rollback/b", 4), kind: "rollback", ordinal: -1 } as const;
    const failed = { run, records: [...records, undoing] };
    const dies = new Promise<never>(() => undefined);
    // A part is read and put, then a record, the memory, and META.
    for (let call = 0; call < 5; call += 1) {
      opened.fates.push(...Array.from({ length: call }, () => ({})), { before: () => dies });
      void resume(failed, 1);
      await allIsQuiet();
      expect(opened.fates).toEqual([]);
    }
    expect(await Promise.all([resume(failed, 1), resume(failed, 1)])).toContain("queued");
    const memories = (await historyNow()).filter(({ kind }) => kind === "undone");
    expect(memories).toMatchObject([{ key: "@undone/b", attempt: 1, state: "pending" }]);
  });

  it("by two at once is done by one, and the other's copies are not seen", async () => {
    const failed = await failedRun();
    expect(await Promise.all([resume(failed, 3), resume(failed, 1)])).toEqual(
      expect.arrayContaining(["queued", "changed"]),
    );
    expect(await opened.item()).toMatchObject({ gen: n(1), wakeSeq: n(4) });
    expect([1, 3]).toContain((await historyNow()).length);
    const settled = await historyNow();
    expect(await resume(failed, 2)).toBe("changed");
    expect(await historyNow()).toEqual(settled);
  });

  it("is left to whoever changed the run meanwhile, and says when it is gone", async () => {
    const failed = await failedRun();
    await opened.replace("failed", { inc: s(failed.run.incarnation), tx: s("other") });
    expect(await resume(failed)).toBe("changed");
    await opened.replace("failed", { inc: s("another") });
    expect(await resume(failed)).toBe("gone");
  });

  it("is not taken back by copies of its own writes that come late", async () => {
    const failed = await failedRun();
    const late: (() => Promise<unknown>)[] = [];
    opened.fates.push(...Array.from({ length: 5 }, () => ({ copied: late.push.bind(late) })));
    await resume(failed);
    const before = await opened.item();
    const [a, b = record("b", 2)] = await historyNow();
    // What its owner has made of a record meanwhile.
    const meta = await opened.store.readRun("run");
    const marked = { ...b, epoch: 7 };
    const Item = operationItem(meta ? historyOf(meta) : "", marked, 9);
    await opened.dynamodb.call("PutItem", { TableName: "savepoint", Item });
    for (const arrive of late) await arrive();
    expect(await historyNow()).toEqual([a, marked]);
    expect(await opened.item()).toEqual(before);
  });

  it("can be deleted with everything, copies and what they were made from", async () => {
    const failed = await failedRun();
    await resume(failed);
    const meta = await opened.store.readRun("run");
    await opened.replace("failed", {
      inc: s(meta?.incarnation ?? ""),
      gen: n(1),
      copies: { SS: [...(meta?.copies ?? [])] },
    });
    const again = await opened.store.readRun("run");
    if (again) await opened.store.deleteRun(again, NOW);
    const histories = [failed.run, meta].map((one) => (one ? historyOf(one) : ""));
    for (const partition of histories) expect(await itemsIn(partition)).toEqual([]);
  });
});

describe("a snapshot of a history that still grows", () => {
  it("holds whatever had settled before each record that it holds", async () => {
    const { run } = await failedRun();
    // Between the two reads a step settles that was in flight, and then one that was asked after it.
    const late = [record("0", 4), record("d", 5)].map((one) => ({ ...one, order: one.order ?? 0 }));
    opened.fates.push(
      {},
      {
        before: async () => {
          for (const one of late) {
            const Item = operationItem(historyOf(run), one, 9);
            await opened.dynamodb.call("PutItem", { TableName: "savepoint", Item });
          }
        },
      },
    );
    const read = await opened.store.readSnapshot(historyOf(run));
    expect(read.map(({ key }) => key)).toEqual(["a", "b", "c"]);
    const next = await opened.store.readSnapshot(historyOf(run));
    expect(next.map(({ key }) => key)).toEqual(["0", "a", "b", "c", "d"]);
  });
});
