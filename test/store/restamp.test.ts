import { beforeEach, describe, expect, it } from "vitest";
import { encodeValue } from "../../lambda/core/codec.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { historyOf, type Meta } from "../../lambda/store/meta.ts";
import { NEW_OPERATION } from "../../lambda/store/operation.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { n, NOW, openTestStore, type OpenedStore, s } from "../support/test-store.ts";

let opened: OpenedStore;
let run: Meta;
const HAD = NOW / 1000 + 3 * 86_400;
const GETS = HAD + LIMITS.lifeMs / 1000;
/** Ends of the lives of the records; one is good for longer than META promises, as a page of messages is. */
const LIVES = { one: HAD, three: GETS + 5, two: HAD + 60 };
/** The query, the updates of two records, and that of META. */
const CALLS = ["Query", "UpdateItem", "UpdateItem", "UpdateItem"];

beforeEach(async () => {
  opened = await openTestStore();
  await putPaused("incarnation");
});

/** Puts a paused run with three records. */
async function putPaused(incarnation: string): Promise<void> {
  run = await opened.put("paused", { ttl: n(HAD), histTtl: n(HAD), inc: s(incarnation) });
  for (const [ordinal, [key, ttl]] of Object.entries(LIVES).entries()) {
    const settled = {
      epoch: 1,
      order: 1_000_001 + ordinal,
      startedAt: NOW,
      result: encodeValue(1),
    };
    const record = { ...NEW_OPERATION, ...settled, key, ordinal, nonce: "n" };
    const done = { ...record, kind: "step", state: "done" } as const;
    await opened.store.writeOperation(historyOf(run), done, ttl, "settle");
  }
  opened.calls.length = 0;
}

const restamp = (of: Meta = run) =>
  opened.store.restampResting(of, opened.ids.nonce(), [historyOf(of)]);

/** When each record expires, and what META promises of them. */
async function ends(): Promise<{ records: number[]; promised: number }> {
  const { Items } = (await opened.dynamodb.call("Query", {
    TableName: TABLE_NAME,
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": { S: historyOf(run) } },
  })) as { Items: Item[] };
  const promised = Number((await opened.item())?.["histTtl"]?.N);
  return { records: Items.map(({ ttl }) => Number(ttl?.N)), promised };
}
const DONE = { records: [GETS, GETS + 5, GETS], promised: GETS };

describe("the records of a run at rest", () => {
  it("get a year more, META last, and none less than it has", async () => {
    expect(await restamp()).toBe(GETS);
    expect(opened.calls).toEqual(CALLS);
    expect(await ends()).toEqual(DONE);
    expect(await opened.item()).toMatchObject({ ttl: n(GETS), status: s("paused") });
  });

  it("have no less than META promises wherever a sweep dies, and the next one goes on to the same end", async () => {
    for (let calls = 0; calls <= CALLS.length; calls += 1) {
      await putPaused(`dies after ${calls}`);
      const dies = () => Promise.reject(new TypeError("died"));
      opened.fates.push(...Array.from({ length: calls }, () => ({})), { before: dies });
      const first = restamp();
      if (calls < CALLS.length) await expect(first).rejects.toThrow("died");
      else expect(await first).toBe(GETS);
      opened.fates.length = 0;
      const { records, promised } = await ends();
      expect(Math.min(...records), `after ${calls} calls`).toBeGreaterThanOrEqual(promised);
      expect(await restamp()).toBe(GETS);
      expect(await ends(), `after ${calls} calls`).toEqual(DONE);
    }
  });

  it("are stamped alike by two sweeps at once, and by one whose replies are lost", async () => {
    opened.fates.push(...CALLS.map(() => ({ losesReply: true })));
    expect(await Promise.all([restamp(), restamp()])).toEqual([GETS, GETS]);
    expect(await ends()).toEqual(DONE);
  });

  it("are not promised by META for a run that was resumed meanwhile, and its owner's later end stands", async () => {
    const later = GETS + 86_400;
    const others = async () => {
      await opened.replace("queued", { inc: s(run.incarnation), ttl: n(later), histTtl: n(later) });
    };
    opened.fates.push({}, {}, {}, { before: others });
    await restamp();
    expect(await opened.item()).toMatchObject({
      status: s("queued"),
      ttl: n(later),
      histTtl: n(later),
    });
  });

  it("keep the longer life that an owner gave them, whatever copy of a sweep's write comes late", async () => {
    const copies: (() => Promise<unknown>)[] = [];
    opened.fates.push(
      ...CALLS.map(() => ({ copied: (arrive: () => Promise<unknown>) => copies.push(arrive) })),
    );
    await restamp();
    const next = await opened.store.readRun("run");
    if (!next) throw new Error("the run is not there");
    const later = await restamp(next);
    const after = await ends();
    for (const arrive of copies) await arrive();
    expect(await ends()).toEqual(after);
    expect(after.promised).toBe(later);
  });
});
