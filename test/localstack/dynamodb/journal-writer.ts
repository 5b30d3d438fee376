/**
 * A process for the kill test: counts ten items up for ever in the journalled database of the folder
 * given, and prints each count once it is acknowledged.
 */
import { writeSync } from "node:fs";
import { createDynamoDB } from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import { TABLE } from "./test-table.ts";

const dynamodb = createDynamoDB({
  journal: { dir: process.argv[2] ?? "", compactAtBytes: 20_000 },
});

async function countUp(sk: string): Promise<never> {
  for (;;) {
    const { Attributes } = await dynamodb.call("UpdateItem", {
      TableName: TABLE,
      Key: { pk: { S: "kill" }, sk: { S: sk } },
      UpdateExpression: "ADD n :one SET filler = :filler",
      ExpressionAttributeValues: { ":one": { N: "1" }, ":filler": { S: "x".repeat(100) } },
      ReturnValues: "UPDATED_NEW",
    });
    writeSync(1, `${sk} ${countIn(Attributes)}\n`);
  }
}

function countIn(attributes: unknown): string {
  const [, count = ""] = /"n":\{"N":"(\d+)"/.exec(JSON.stringify(attributes)) ?? [];
  return count;
}

await Promise.all(Array.from({ length: 10 }, (_, at) => countUp(String(at))));
