import { expect, it } from "vitest";
import { barePut, freshPartition } from "../../bench/bare-put.ts";
import { type Usage, UsageCounter } from "../../bench/usage.ts";
import { createWorkflows } from "../../bench/workflows.ts";
import { createDynamoDBClient } from "../../lambda/client/connect.ts";
import type { Outcome } from "../../localstack/embedded/faults.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { World } from "../../lambda/testing/world.ts";

const STEPS = 12;
const { plain } = createWorkflows(() => {
  throw new Error("no body of these calls anything");
});

async function worldOf12Steps(): Promise<World> {
  const world = await World.create({ workflows: [plain] });
  await world.run(plain, { count: STEPS });
  const client = createDynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: inProcessHandler(world.dynamodb.handler),
  });
  await barePut({ client, table: TABLE_NAME, partition: freshPartition("1") }, STEPS);
  await world.end();
  return world;
}

/** The request but for what differs from write to write, which is shown by its length. */
const shapeOf = ({ input }: Outcome) => {
  const { pk, w: _, ...item } = input["Item"] as Record<string, Record<string, string>>;
  const lengths = Object.entries({ pk, ...item }).map(([name, value]) => [
    name,
    JSON.stringify(value).length,
  ]);
  return { ...input, Item: Object.fromEntries(lengths) };
};

it("writes what the engine writes for a step, under the same condition", async () => {
  const world = await worldOf12Steps();
  const [engine, bare] = world.outcomes.filter(({ action }) => action === "PutItem").slice(-2);
  expect(engine && shapeOf(engine)).toEqual(bare && shapeOf(bare));
  expect(bare?.error).toBeUndefined();
});

it("is counted with the engine's calls, each under its name and with what it consumed", async () => {
  const world = await worldOf12Steps();
  const counter = new UsageCounter();
  for (const outcome of world.outcomes) counter.observe(outcome);
  const usage: Usage = counter.take();
  // Start, twelve steps and a bare one; claim and finish. Indexed attributes are put and removed.
  expect(usage.calls).toMatchObject({ "dynamodb.PutItem": 14, "dynamodb.UpdateItem": 2 });
  expect(usage.writeUnits).toBe(6 + STEPS + 1);
  expect(counter.take()).toMatchObject({ calls: {}, writeUnits: 0, readUnits: 0 });
});
