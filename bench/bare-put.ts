import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { encodeValue } from "../lambda/core/codec.ts";
import { operationItem } from "../lambda/store/operation.ts";
import { historyPk, OPERATION_PREFIX } from "../lambda/store/schema.ts";

/** Variable that tells the worker the URL of the server that answers `{}`. */
export const EMPTY_SERVER_URL = "BENCH_EMPTY_SERVER_URL";

/** What each step of the benchmark returns: one write unit (1 KB) holds it with its record. */
export const PAYLOAD = "The quick brown fox jumps over the lazy dog. ".repeat(13);

/** Where a bare put writes: a partition as long as that of a run's history. */
export interface PutPlace {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** 26 characters, as an incarnation's ULID. */
  readonly partition: string;
}

/** A name that no other partition has, of the length of an incarnation's. */
export const freshPartition = (nonce: string): string =>
  `BARE${nonce}`.padEnd(26, "0").slice(0, 26);

/**
 * The floor of every figure: one conditional PutItem straight through the SDK, with the bytes and the
 * condition of a step's record. Resolves with how long it took, milliseconds.
 * @param number from 1; names the item as the step of that number is named
 */
export async function barePut(
  { client, table, partition }: PutPlace,
  number: number,
): Promise<number> {
  const command = new PutItemCommand(putInput(table, partition, number));
  const startedAt = performance.now();
  await client.send(command);
  return performance.now() - startedAt;
}

function putInput(table: string, partition: string, number: number) {
  const key = number === 1 ? "step" : `step#${number}`;
  const now = Date.now();
  const item = operationItem(
    historyPk(partition, 0),
    {
      key,
      kind: "step",
      ordinal: number - 1,
      state: "done",
      epoch: 1,
      order: 1_000_000 + number,
      attempt: 1,
      result: encodeValue(PAYLOAD),
      attemptErrors: [],
      failures: 0,
      startedAt: now,
      endedAt: now,
      kills: 0,
      deadlineAborts: 0,
      nonce: "0123456789ab",
    },
    Math.ceil(now / 1000) + 395 * 24 * 3600,
  );
  return {
    TableName: table,
    Item: item,
    ConditionExpression: `attribute_not_exists(#sk) OR (#s <> :done AND #e <= :epoch)`,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    ExpressionAttributeNames: { "#sk": "sk", "#s": "s", "#e": "e" },
    ExpressionAttributeValues: { ":epoch": { N: "1" }, ":done": { S: "done" } },
  };
}

/** Whether a PutItem writes a step's record, bare or by the engine. */
export function isStepRecord(
  input: Readonly<Record<string, unknown>>,
): "bare" | "engine" | undefined {
  const item = input["Item"] as { pk?: { S?: string }; sk?: { S?: string } } | undefined;
  if (!item?.sk?.S?.startsWith(OPERATION_PREFIX)) return undefined;
  return item.pk?.S?.startsWith("H#BARE") ? "bare" : "engine";
}
