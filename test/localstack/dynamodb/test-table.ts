import { type AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createDynamoDB, type DynamoDB } from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import type { FaultPlan } from "../../../localstack/embedded/faults.ts";
import type { JournalPlace } from "../../../localstack/embedded/journal.ts";
import { inProcessHandler } from "../../../localstack/embedded/sdk-handler.ts";
import { VirtualClock } from "../../../lambda/testing/virtual-clock.ts";

/** Name of the table that tests use. */
export const TABLE = "conformance";

/** The table's definition: a full, a sparse keys-only, an including and a binary-keyed index. */
export const DEFINITION = {
  TableName: TABLE,
  BillingMode: "PAY_PER_REQUEST" as const,
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" as const },
    { AttributeName: "sk", AttributeType: "S" as const },
    { AttributeName: "group", AttributeType: "S" as const },
    { AttributeName: "rank", AttributeType: "N" as const },
    { AttributeName: "tag", AttributeType: "S" as const },
    { AttributeName: "hash", AttributeType: "B" as const },
  ],
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" as const },
    { AttributeName: "sk", KeyType: "RANGE" as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "byRank",
      KeySchema: [
        { AttributeName: "group", KeyType: "HASH" as const },
        { AttributeName: "rank", KeyType: "RANGE" as const },
      ],
      Projection: { ProjectionType: "ALL" as const },
    },
    {
      IndexName: "byTag",
      KeySchema: [{ AttributeName: "tag", KeyType: "HASH" as const }],
      Projection: { ProjectionType: "KEYS_ONLY" as const },
    },
    {
      IndexName: "byHash",
      KeySchema: [{ AttributeName: "hash", KeyType: "HASH" as const }],
      Projection: { ProjectionType: "INCLUDE" as const, NonKeyAttributes: ["title"] },
    },
  ],
};

/** A database with the table, and an SDK client that calls it without a socket. */
export interface Opened {
  readonly dynamodb: DynamoDB;
  readonly client: DynamoDBClient;
  readonly clock: VirtualClock;
}

/** Opens the embedded DynamoDB; the table is made unless a journal already has it. */
export async function openDynamoDB(
  options: { faults?: FaultPlan; journal?: JournalPlace; isNew?: boolean } = {},
): Promise<Opened> {
  const clock = new VirtualClock();
  const { faults, journal, isNew = true } = options;
  const dynamodb = createDynamoDB({ clock, faults, journal });
  if (isNew) await dynamodb.call("CreateTable", DEFINITION);
  return { dynamodb, clock, client: clientOf(dynamodb) };
}

/** An SDK client of a database, without a socket and without retries. */
function clientOf(dynamodb: DynamoDB): DynamoDBClient {
  return new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: inProcessHandler(dynamodb.handler),
  });
}

/** A key of the table. */
export const key = (pk: string, sk = "a") => ({ pk: { S: pk }, sk: { S: sk } });
/** A string attribute. */
export const text = (S: string): AttributeValue.SMember => ({ S });
/** A number attribute. */
export const number = (N: number | string): AttributeValue.NMember => ({ N: String(N) });
