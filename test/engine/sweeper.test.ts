import { UpdateItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, expect, it } from "vitest";
import { shardOf } from "../../lambda/core/shard.ts";
import { sweep } from "../../lambda/engine/sweeper.ts";
import { workflow } from "../../lambda/index.ts";
import type { Hint } from "../../lambda/queue/hints.ts";
import { DUE_SHARDS, metaKey } from "../../lambda/store/schema.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { seededIds } from "../../lambda/testing/seeded-ids.ts";
import { World } from "../../lambda/testing/world.ts";

const noop = workflow("noop", {}, async () => undefined);
/** Ids that share a shard of the due index, so that one sweep comes upon them one after another. */
const [FIRST = "", SECOND = "", THIRD = ""] = Array.from({ length: 200 }, (_, n) => `run-${n}`)
  .filter((id) => shardOf(id, DUE_SHARDS) === 0)
  .slice(0, 3);

let world: World;
afterEach(() => world.end());

/** Runs whose hints nobody acted on, in the order of their `checkAt`; three of one shard by default. */
async function forgottenRuns(ids = [FIRST, SECOND, THIRD]): Promise<void> {
  world = await World.create({ workflows: [noop] });
  for (const id of ids) {
    await world.until(world.savepoint.start(noop, undefined, { id }));
    await world.pass(10);
  }
  await world.pass(120_000);
}

/** One sweep; the runs it hinted at. */
async function swept(
  faults: {
    pushCheck?: string | RegExp;
    send?: string | RegExp;
    unreadShards?: number;
  } = {},
): Promise<(string | undefined)[]> {
  const hinted: string[] = [];
  const { store } = world;
  const isFaulty = (run: string, of: string | RegExp | undefined) =>
    typeof of === "string" ? run === of : of?.test(run) === true;
  const failing = (what: string) => Promise.reject(new Error(`${what} is down`));
  const deps: Parameters<typeof sweep>[0] = {
    clock: world.clock,
    ids: seededIds(7),
    log: world.log,
    store: {
      ...store,
      dueRuns: (shard, now) =>
        shard < (faults.unreadShards ?? 0) ? unreadable(shard) : store.dueRuns(shard, now),
      pushCheck: (meta, ...rest) =>
        isFaulty(meta.id, faults.pushCheck) ? failing("the table") : store.pushCheck(meta, ...rest),
    },
    hints: {
      send: async ({ run = "" }: Hint) => {
        if (isFaulty(run, faults.send)) await failing("the queue");
        hinted.push(run);
      },
      hide: () => Promise.resolve(),
      hideAll: () => Promise.resolve(),
      delete: () => Promise.resolve(),
    },
  };
  await world.until(sweep(deps));
  return hinted;
}

/** A shard whose reader may not read it. */
const unreadable = (shard: number): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({
    next: () => Promise.reject(new Error(`shard ${shard} is denied`)),
  }),
});

const complaints = () =>
  world.logs
    .filter(({ level }) => level === "error")
    .map(({ fields }) => (fields as { readonly run?: string }).run);

it("finds the runs behind one whose META cannot be read, and names that one", async () => {
  await forgottenRuns();
  const { pk, sk } = metaKey(FIRST);
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: inProcessHandler(world.dynamodb.handler),
  });
  await client.send(
    new UpdateItemCommand({
      TableName: TABLE_NAME,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: "REMOVE workflow",
    }),
  );
  expect(await swept()).toEqual([SECOND, THIRD]);
  expect(complaints()).toEqual([FIRST]);
});

it("finds the runs behind one whose check cannot be pushed; the next sweep finds that one", async () => {
  await forgottenRuns();
  expect(await swept({ pushCheck: FIRST })).toEqual([SECOND, THIRD]);
  expect(complaints()).toEqual([FIRST]);
  expect(await swept()).toEqual([FIRST]);
});

it("finds the runs behind one whose hint cannot be sent; that one is looked at after its back-off", async () => {
  await forgottenRuns();
  expect(await swept({ send: FIRST })).toEqual([SECOND, THIRD]);
  expect(complaints()).toEqual([FIRST]);
  await world.pass(60_000);
  expect(await swept()).toContain(FIRST);
});

it.each([
  ["queue can be sent to", { send: /./ }, "the queue is down"],
  ["table can be written", { pushCheck: /./ }, "the table is down"],
])("fails when runs are due and no %s, so that its alarm goes off", async (_, faults, reason) => {
  await forgottenRuns();
  await expect(swept(faults)).rejects.toThrow(
    `none of 3 due runs was woken, the first because of Error: ${reason}`,
  );
  expect(complaints()).toEqual([FIRST, SECOND, THIRD]);
  await world.pass(60_000);
  expect(await swept()).toEqual(expect.arrayContaining([FIRST, SECOND, THIRD]));
});

it("finds the runs of the one shard that can be read", async () => {
  const ids = Array.from({ length: 200 }, (_, n) => `last-${n}`);
  const last = ids.find((id) => shardOf(id, DUE_SHARDS) === DUE_SHARDS - 1);
  await forgottenRuns([FIRST, String(last)]);
  expect(await swept({ unreadShards: DUE_SHARDS - 1 })).toEqual([last]);
  expect(world.logs.filter(({ level }) => level === "error")).toHaveLength(DUE_SHARDS - 1);
});

it("fails when it can read no shard, with the reason, so that its alarm goes off", async () => {
  await forgottenRuns([FIRST]);
  await expect(swept({ unreadShards: DUE_SHARDS })).rejects.toThrow("shard 0 is denied");
  expect(world.logs.filter(({ level }) => level === "error")).toHaveLength(DUE_SHARDS);
});

it("wakes a run once it may read again, however often it failed before", async () => {
  let isDenied = true;
  world = await World.create({
    workflows: [noop],
    deliver: () => !isDenied,
    bystanderFault: (action) =>
      isDenied && action === "Query" ? { refuseWith: "AccessDeniedException" } : undefined,
  });
  world.begin();
  const run = await world.until(world.savepoint.start(noop, undefined, { id: FIRST }));
  await world.pass(3 * 60_000 + 1);
  const failures = world.logs.filter(({ message }) => message === "the sweeper failed");
  expect(failures.map(({ fields }) => String(Object.values(fields)[0]))).toEqual(
    Array.from({ length: 3 }, () => expect.stringContaining("AccessDeniedException")),
  );
  isDenied = false;
  await world.until(run.result());
});
