import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { namesIn } from "./expression.ts";
import type { Item } from "./attributes.ts";
import type { Retry } from "./retry.ts";

/** What a conditional write came to: the item asked for, or the item that refused it. */
export type Written =
  | { readonly ok: true; readonly item: Item | undefined }
  | { readonly ok: false; readonly item: Item | undefined };

/** A conditional update: `#name` stands for the attribute `name`, `:value` for a value given. */
export interface Change {
  readonly key: Item;
  readonly update: string;
  readonly condition: string;
  readonly values: Item;
  /** Which state of the item to return; ALL_NEW unless told. */
  readonly returns?: "ALL_OLD" | "ALL_NEW" | "NONE";
}

/** A page-wise query of one partition. */
export interface Range {
  readonly index?: string;
  readonly condition: string;
  readonly values: Item;
  readonly descending?: boolean;
  readonly limit?: number;
  readonly startAfter?: Item | undefined;
}

/** The table in the words of DynamoDB, with retries; every write of the store goes through it. */
export interface Table {
  put(item: Item, condition: string | undefined, values?: Item): Promise<Written>;
  update(change: Change): Promise<Written>;
  /** Deletes an item; without a condition, whether there is one or not. */
  delete(key: Item, condition?: string, values?: Item): Promise<Written>;
  get(key: Item): Promise<Item | undefined>;
  batchGet(keys: readonly Item[]): Promise<Item[]>;
  query(range: Range): Promise<{ items: Item[]; next: Item | undefined }>;
}

/** BatchGetItem takes at most this many keys (DynamoDB API reference). */
const BATCH_GET_MAX = 100;

/**
 * Opens the table over an SDK client. The client should have `maxAttempts: 1`: retries are made
 * here, by the injected clock, because a write whose reply was lost must be told from a rival's.
 */
export function openTable(client: DynamoDBClient, name: string, retry: Retry): Table {
  const TableName = name;
  return {
    async put(Item, condition, values) {
      const command = new PutItemCommand({
        TableName,
        Item,
        ...conditional(condition, values),
      });
      return written(() => retry.run(() => client.send(command)));
    },
    async update({ key, update, condition, values, returns = "ALL_NEW" }) {
      const command = new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: update,
        ConditionExpression: condition,
        ExpressionAttributeNames: namesIn(`${update} ${condition}`),
        ExpressionAttributeValues: values,
        ReturnValues: returns,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      return written(() => retry.run(() => client.send(command)));
    },
    async delete(Key, condition, values) {
      const command = new DeleteItemCommand({ TableName, Key, ...conditional(condition, values) });
      return written(() => retry.run(() => client.send(command)));
    },
    async get(Key) {
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
      return (await retry.run(() => client.send(command))).Item;
    },
    async batchGet(keys) {
      const items: Item[] = [];
      let rest = [...keys];
      while (rest.length > 0) {
        const Keys = rest.slice(0, BATCH_GET_MAX);
        const command = new BatchGetItemCommand({
          RequestItems: { [name]: { Keys, ConsistentRead: true } },
        });
        const reply = await retry.run(() => batch(client, command));
        items.push(...(reply.Responses?.[name] ?? []));
        const unprocessed = reply.UnprocessedKeys?.[name]?.Keys ?? [];
        rest = [...unprocessed, ...rest.slice(BATCH_GET_MAX)];
      }
      return items;
    },
    async query({ index, condition, values, descending = false, limit, startAfter }) {
      const command = new QueryCommand({
        TableName,
        KeyConditionExpression: condition,
        ExpressionAttributeNames: namesIn(condition),
        ExpressionAttributeValues: values,
        ScanIndexForward: !descending,
        ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
        ...(limit !== undefined && { Limit: limit }),
        ...(startAfter && { ExclusiveStartKey: startAfter }),
      });
      const reply = await retry.run(() => client.send(command));
      return { items: reply.Items ?? [], next: reply.LastEvaluatedKey };
    },
  };
}

/** Sends a batch; one of which nothing at all was answered is throttled, and worth a pause. */
async function batch(client: DynamoDBClient, command: BatchGetItemCommand) {
  const reply = await client.send(command);
  const isEmpty = Object.values(reply.Responses ?? {}).every((items) => items.length === 0);
  if (!isEmpty || Object.keys(reply.UnprocessedKeys ?? {}).length === 0) return reply;
  throw Object.assign(new Error("no key of a batch was read"), { name: "ThrottlingException" });
}

/** A condition as members of a request, which shows the item that refuses it. */
function conditional(condition: string | undefined, values: Item | undefined) {
  if (condition === undefined) return {};
  const ExpressionAttributeNames = namesIn(condition);
  return {
    ConditionExpression: condition,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    ...(Object.keys(ExpressionAttributeNames).length > 0 && { ExpressionAttributeNames }),
    ...(values && { ExpressionAttributeValues: values }),
  };
}

async function written(send: () => Promise<{ Attributes?: Item | undefined }>): Promise<Written> {
  try {
    return { ok: true, item: (await send()).Attributes };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return { ok: false, item: error.Item };
    throw error;
  }
}
