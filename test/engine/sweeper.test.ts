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

/** Three runs of one shard whose hints nobody acted on, in the order of their `checkAt`. */
async function forgottenRuns(): Promise<void> {
  world = await World.create({ workflows: [noop] });
  for (const id of [FIRST, SECOND, THIRD]) {
    await world.until(world.savepoint.start(noop, undefined, { id }));
    await world.pass(10);
  }
  await world.pass(120_000);
}

/** One sweep; the runs it hinted at. */
async function swept(
  faults: { pushCheck?: string; send?: string } = {},
): Promise<(string | undefined)[]> {
  const hinted: string[] = [];
  const { store } = world;
  const failing = (what: string) => Promise.reject(new Error(`${what} is down`));
  const deps: Parameters<typeof sweep>[0] = {
    clock: world.clock,
    ids: seededIds(7),
    log: world.log,
    store: {
      ...store,
      pushCheck: (meta, ...rest) =>
        meta.id === faults.pushCheck ? failing("the table") : store.pushCheck(meta, ...rest),
    },
    hints: {
      send: async ({ run }: Hint) => {
        if (run === faults.send) await failing("the queue");
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
