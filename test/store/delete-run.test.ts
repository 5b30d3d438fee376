import { beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../lambda/store/attributes.ts";
import { type Meta, metaFrom, referenceText } from "../../lambda/store/meta.ts";
import { NEW_OPERATION, operationItem } from "../../lambda/store/operation.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTestStore();
});

const remove = (run: Meta) => opened.store.deleteRun(run, NOW);
const put = (item: Item) => opened.dynamodb.call("PutItem", { TableName: TABLE_NAME, Item: item });

/** Sort keys of a partition. */
async function keysIn(partition: string): Promise<string[]> {
  const { Items } = await opened.dynamodb.call("Query", {
    TableName: TABLE_NAME,
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": s(partition) },
    ConsistentRead: true,
  });
  return (Items as Item[]).map(({ sk }) => sk?.S ?? "");
}

/** Records the operation by which a run waits for the run `run`. */
const awaiting = ({ incarnation }: Meta, state: "waiting" | "done") =>
  put(
    operationItem(
      `H#${incarnation}#0`,
      {
        ...NEW_OPERATION,
        key: "child",
        kind: "run",
        ordinal: 1,
        state,
        epoch: 1,
        order: undefined,
        nextAttemptAt: undefined,
        wakeAt: undefined,
        childId: "run",
        result: undefined,
        error: undefined,
        startedAt: NOW,
        endedAt: undefined,
        nonce: "n",
      },
      1,
    ),
  );

describe("deleting a run", () => {
  it.each(["succeeded", "failed", "cancelled"] as const)(
    "that has %s takes its META and every record of all its generations",
    async (status) => {
      const meta = await opened.put(status, { gen: n(2) });
      const partitions = [0, 1, 2].map((generation) => `H#${meta.incarnation}#${generation}`);
      for (const pk of partitions) {
        for (let i = 0; i < 30; i += 1) await put({ pk: s(pk), sk: s(`OP#${i}`) });
        await put({ pk: s(pk), sk: s("PART#n#0"), v: s("part") });
      }
      const other = `H#${meta.incarnation}0#0`;
      await put({ pk: s(other), sk: s("OP#a") });
      expect(await remove(meta)).toEqual({ outcome: "deleted" });
      expect(await opened.item()).toBeUndefined();
      for (const pk of partitions) expect(await keysIn(pk)).toEqual([]);
      expect(await keysIn(other)).toEqual(["OP#a"]);
    },
  );

  it("takes records that fill more than one page", async () => {
    const meta = await opened.put("succeeded");
    const pk = `H#${meta.incarnation}#0`;
    const v = s("x".repeat(390_000));
    for (let i = 0; i < 5; i += 1) await put({ pk: s(pk), sk: s(`PART#n#${i}`), v });
    await remove(meta);
    expect(await keysIn(pk)).toEqual([]);
  });

  it.each(["queued", "running", "waiting", "paused", "blocked"] as const)(
    "that is %s is refused and deletes nothing",
    async (status) => {
      const meta = await opened.put(status);
      expect(await remove(meta)).toMatchObject({ outcome: "unfinished", meta: { status } });
      expect(await opened.item()).toBeDefined();
    },
  );

  it("that still owes something is refused and deletes nothing", async () => {
    const meta = await opened.put("succeeded", { owed: { SS: ["waiters"] } });
    expect(await remove(meta)).toMatchObject({ outcome: "owing" });
    expect(await opened.item()).toBeDefined();
  });
});

describe("deleting a run that another waits for", () => {
  const child = (parent: Meta) =>
    opened.put("succeeded", { waiters: { SS: [referenceText(parent)] } });

  it("is refused until that one has recorded the outcome", async () => {
    const parent = await opened.put("running", {}, "parent");
    const meta = await child(parent);
    await awaiting(parent, "waiting");
    expect(await remove(meta)).toMatchObject({ outcome: "awaited", by: { id: "parent" } });
    expect(await opened.item()).toBeDefined();
    await awaiting(parent, "done");
    expect(await remove(meta)).toEqual({ outcome: "deleted" });
  });

  it("takes place when that one has finished, is gone, or is another run of its id", async () => {
    const parent = await opened.put("failed", {}, "parent");
    await awaiting(parent, "waiting");
    expect(await remove(await child(parent))).toEqual({ outcome: "deleted" });
    expect(await remove(await child({ ...parent, id: "nobody" }))).toEqual({ outcome: "deleted" });
    const later = await opened.put("running", {}, "parent");
    await awaiting(later, "waiting");
    expect(await remove(await child(parent))).toEqual({ outcome: "deleted" });
  });
});

describe("deleting a run beside others", () => {
  it("is judged anew when the run was resumed since it was read", async () => {
    const meta = await opened.put("failed");
    const resume = () => opened.replace("queued", { inc: s(meta.incarnation), tx: s("resumed") });
    opened.fates.push({ before: resume });
    expect(await remove(meta)).toMatchObject({ outcome: "unfinished", meta: { status: "queued" } });
    expect(await opened.item()).toBeDefined();
  });

  it("takes the generation too that came of a resume since it was read", async () => {
    const meta = await opened.put("failed");
    await put({ pk: s(`H#${meta.incarnation}#1`), sk: s("OP#a") });
    const inc = s(meta.incarnation);
    const again = () => opened.replace("succeeded", { inc, gen: n(1), tx: s("again") });
    opened.fates.push({ before: again });
    expect(await remove(meta)).toEqual({ outcome: "deleted" });
    expect(await keysIn(`H#${meta.incarnation}#1`)).toEqual([]);
  });

  it("leaves alone a run that was started anew under the id", async () => {
    const meta = await opened.put("succeeded");
    await put({ pk: s(`H#${meta.incarnation}#0`), sk: s("OP#a") });
    opened.fates.push({ before: () => opened.replace("queued") });
    expect(await remove(meta)).toEqual({ outcome: "deleted" });
    const there = metaFrom((await opened.item()) ?? {});
    expect(there).toMatchObject({ status: "queued" });
    expect(there.incarnation).not.toBe(meta.incarnation);
    expect(await keysIn(`H#${meta.incarnation}#0`)).toEqual([]);
  });

  it("deletes the records too when the reply to the first write got lost", async () => {
    const meta = await opened.put("succeeded");
    await put({ pk: s(`H#${meta.incarnation}#0`), sk: s("OP#a") });
    opened.fates.push({ losesReply: true });
    expect(await remove(meta)).toEqual({ outcome: "deleted" });
    expect(await keysIn(`H#${meta.incarnation}#0`)).toEqual([]);
  });

  it("twice at once deletes it once", async () => {
    const meta = await opened.put("succeeded");
    await put({ pk: s(`H#${meta.incarnation}#0`), sk: s("OP#a") });
    expect(await Promise.all([remove(meta), remove(meta)])).toEqual([
      { outcome: "deleted" },
      { outcome: "deleted" },
    ]);
    expect(await keysIn(`H#${meta.incarnation}#0`)).toEqual([]);
  });
});
