import { deepStrictEqual } from "node:assert";
import { descriptor } from "../../infra/descriptor.ts";
import { AwsError } from "./aws-error.ts";
import type { Members } from "./faults.ts";
import { queueArn } from "./sqs/queue-attributes.ts";
import { isFields } from "./sqs/request-fields.ts";

/** Name of the table in the embedded stack. */
export const TABLE_NAME = "savepoint";
/** Name of the queue of hints. */
export const HINT_QUEUE = "hints";
/** Name of the queue of hints that failed too often. */
export const DEAD_LETTER_QUEUE = "hints-dlq";

/** A service that can be called by action. */
interface Service {
  call(action: string, input: Members): Promise<Members>;
}

/**
 * Creates the table with its indexes, the dead-letter queue and the hint queue; what is there already
 * stays as it is.
 * @param visibilityTimeoutSeconds how long a message stays hidden whose worker dies before it has
 * claimed a run; the descriptor's by default
 * @throws Error when the table that is there has other keys or indexes than the descriptor
 */
export async function createResources(
  dynamodb: Service,
  sqs: Service,
  visibilityTimeoutSeconds: number = descriptor.hints.visibilityTimeoutSeconds,
): Promise<void> {
  const { table, hints } = descriptor;
  if (!(await createTable(dynamodb))) await checkTable(dynamodb);
  if (!(await isExpiring(dynamodb))) {
    await dynamodb.call("UpdateTimeToLive", {
      TableName: TABLE_NAME,
      TimeToLiveSpecification: { AttributeName: table.ttl, Enabled: true },
    });
  }
  await sqs.call("CreateQueue", {
    QueueName: DEAD_LETTER_QUEUE,
    Attributes: { MessageRetentionPeriod: String(hints.deadLetterRetentionSeconds) },
  });
  await sqs.call("CreateQueue", {
    QueueName: HINT_QUEUE,
    Attributes: {
      VisibilityTimeout: String(visibilityTimeoutSeconds),
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

/** What the descriptor says of the table, as the protocol writes it. */
function wantedTable() {
  const { table } = descriptor;
  return {
    AttributeDefinitions: Object.entries(table.attributes).map(
      ([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }),
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
  };
}

/** False when it is there already. */
async function createTable(dynamodb: Service): Promise<boolean> {
  try {
    await dynamodb.call("CreateTable", {
      TableName: TABLE_NAME,
      BillingMode: "PAY_PER_REQUEST",
      ...wantedTable(),
    });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.name === "ResourceInUseException") return false;
    throw error;
  }
}

async function checkTable(dynamodb: Service): Promise<void> {
  const { Table } = await dynamodb.call("DescribeTable", { TableName: TABLE_NAME });
  try {
    deepStrictEqual(ofSameShape(wantedTable(), Table), wantedTable());
  } catch (cause) {
    throw new Error(
      `the table ${TABLE_NAME} in this folder was made by another version of Savepoint, with other ` +
        "keys or indexes; use that version, or start with another folder",
      { cause },
    );
  }
}

/** The part of `value` that has counterparts in `shape`. */
function ofSameShape(shape: unknown, value: unknown): unknown {
  if (Array.isArray(shape) && Array.isArray(value)) {
    return value.map((each, place) => ofSameShape(shape[place], each));
  }
  if (!isFields(shape) || !isFields(value)) return value;
  return Object.fromEntries(
    Object.keys(shape).map((name) => [name, ofSameShape(shape[name], value[name])]),
  );
}

async function isExpiring(dynamodb: Service): Promise<boolean> {
  const described = await dynamodb.call("DescribeTimeToLive", { TableName: TABLE_NAME });
  const { TimeToLiveDescription } = described;
  return isFields(TimeToLiveDescription) && TimeToLiveDescription["TimeToLiveStatus"] === "ENABLED";
}
