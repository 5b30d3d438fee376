import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { connect, createDynamoDBClient } from "../../lambda/client/connect.ts";
import type { Savepoint } from "../../lambda/index.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { isStepRecord } from "../bare-put.ts";
import { type ColdFunctions, hintEvent, openColdFunctions, type Seen } from "../cold-functions.ts";
import { greet } from "../fixtures/checked.config.ts";
import type { Figure } from "../report.ts";
import { median } from "../statistics.ts";

/** What the first invocation of a worker has written when, beside that of a function that only puts an item. */
export async function measureColdStart(parent: string, rounds: number): Promise<Figure> {
  const directory = join(parent, "cold");
  mkdirSync(directory);
  const functions = await openColdFunctions(directory);
  const savepoint = clientOf(functions);
  const bare: number[] = [];
  const claims: number[] = [];
  const records: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const put = await functions.invoke("bare", { id: randomUUID() });
      bare.push(timeOf(put, "item", ({ action }) => action === "PutItem"));
      const { id } = await savepoint.start(greet, { name: "you" });
      const run = await functions.invoke("worker", hintEvent(id));
      claims.push(timeOf(run, "claim", ({ action }) => action === "UpdateItem"));
      records.push(timeOf(run, "record", ({ input }) => isStepRecord(input) === "engine"));
    }
  } finally {
    await functions.close();
  }
  const floor = median(bare);
  return {
    title: "Cold start to the first record",
    about: `From an invocation for which a process has to start to the write, as DynamoDB performs it; a run of one step, median of ${rounds}. The floor is a handler that puts one item through the SDK: same bundler, host and variables, in turns.`,
    lines: [
      { name: "claim of the run", unit: "ms", measured: median(claims), floor },
      { name: "record of its step", unit: "ms", measured: median(records), floor, atMost: 1.3 },
    ],
  };
}

/** Starts runs; their hints are handed over by the benchmark. */
function clientOf({ endpoint, token }: ColdFunctions): Savepoint {
  const dynamodb = createDynamoDBClient({
    endpoint: endpoint.url,
    region: "us-east-1",
    credentials: { accessKeyId: token, secretAccessKey: "signatures-are-not-checked" },
  });
  const sqs = { send: async () => ({}) } as unknown as SQSClient;
  return connect({ table: TABLE_NAME, queueUrl: "http://localhost/none", dynamodb, sqs });
}

function timeOf(calls: readonly Seen[], what: string, matches: (call: Seen) => boolean): number {
  const first = calls.find((call) => call.error === undefined && matches(call));
  if (!first) throw new Error(`the invocation has written no ${what}`);
  return first.afterMs;
}
