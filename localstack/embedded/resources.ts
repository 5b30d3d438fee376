import { descriptor } from "../../infra/descriptor.ts";
import type { Members } from "./faults.ts";
import { queueArn } from "./sqs/queue-attributes.ts";

/** Names under which the embedded stack keeps what the descriptor describes. */
export const TABLE_NAME = "savepoint";
export const HINT_QUEUE = "hints";
export const DEAD_LETTER_QUEUE = "hints-dlq";

/** A service that can be called by action. */
interface Service {
  call(action: string, input: Members): Promise<Members>;
}

/** Creates the table with its indexes, the dead-letter queue and the hint queue. */
export async function createResources(dynamodb: Service, sqs: Service): Promise<void> {
  const { table, hints } = descriptor;
  await dynamodb.call("CreateTable", {
    TableName: TABLE_NAME,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: Object.entries(table.attributes).map(
      ([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      }),
    ),
    KeySchema: keySchema(table.partitionKey, table.sortKey),
    GlobalSecondaryIndexes: Object.entries(table.indexes).map(([IndexName, index]) => ({
      IndexName,
      KeySchema: keySchema(index.partitionKey, index.sortKey),
      Projection:
        index.project.length === 0
          ? { ProjectionType: "KEYS_ONLY" }
          : { ProjectionType: "INCLUDE", NonKeyAttributes: [...index.project] },
    })),
  });
  await dynamodb.call("UpdateTimeToLive", {
    TableName: TABLE_NAME,
    TimeToLiveSpecification: { AttributeName: table.ttl, Enabled: true },
  });
  await sqs.call("CreateQueue", {
    QueueName: DEAD_LETTER_QUEUE,
    Attributes: { MessageRetentionPeriod: String(hints.deadLetterRetentionSeconds) },
  });
  await sqs.call("CreateQueue", {
    QueueName: HINT_QUEUE,
    Attributes: {
      VisibilityTimeout: String(hints.visibilityTimeoutSeconds),
      MessageRetentionPeriod: String(hints.retentionSeconds),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: queueArn("us-east-1", DEAD_LETTER_QUEUE),
        maxReceiveCount: hints.maxReceiveCount,
      }),
    },
  });
}

const keySchema = (partitionKey: string, sortKey: string) => [
  { AttributeName: partitionKey, KeyType: "HASH" },
  { AttributeName: sortKey, KeyType: "RANGE" },
];
