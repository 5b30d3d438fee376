import type { Members } from "../../../localstack/embedded/faults.ts";
import { TABLE_NAME } from "../../../localstack/embedded/resources.ts";
import { KEY } from "./hostile-texts.ts";

const TABLE_AND_NAMES: readonly Members[] = [
  { TableName: undefined },
  { TableName: "no-such-table" },
  { TableName: "" },
  { TableName: "x" },
  { TableName: 5 },
  { ExpressionAttributeNames: { "#unused": "a" } },
  { ExpressionAttributeNames: { unused: "a" } },
  { ExpressionAttributeNames: {} },
  { ExpressionAttributeNames: { "#status": "" } },
  { ExpressionAttributeNames: { "#status": 5 } },
  { ExpressionAttributeNames: [] },
];
const GIVEN_VALUES: readonly Members[] = [
  { ExpressionAttributeValues: { ":unused": { S: "a" } } },
  { ExpressionAttributeValues: { unused: { S: "a" } } },
  { ExpressionAttributeValues: {} },
  { ExpressionAttributeValues: { ":v0": { S: 5 } } },
  { ExpressionAttributeValues: [] },
];
const OF_WRITES: readonly Members[] = [
  ...TABLE_AND_NAMES,
  ...GIVEN_VALUES,
  { ReturnValues: "DOG" },
  { ReturnValues: "none" },
  { ReturnValuesOnConditionCheckFailure: "DOG" },
  { ReturnValuesOnConditionCheckFailure: "ALL_NEW" },
  { ConditionExpression: 5 },
];
const OF_KEYS: readonly Members[] = [{ Key: undefined }, { Key: [] }];

const batch = (table: unknown): Members => ({ RequestItems: { [TABLE_NAME]: table } });
const tooMany = Array.from({ length: 101 }, (_, at) => ({ ...KEY, sk: { S: String(at) } }));

/** What each call may have that spoils it. */
export const SPOILING: Readonly<Record<string, readonly Members[]>> = {
  PutItem: [
    ...OF_WRITES,
    { Item: undefined },
    { Item: [] },
    { ReturnValues: "UPDATED_OLD" },
    { ReturnValues: "ALL_NEW" },
  ],
  UpdateItem: [...OF_WRITES, ...OF_KEYS, { UpdateExpression: 5 }],
  DeleteItem: [...OF_WRITES, ...OF_KEYS, { ReturnValues: "UPDATED_NEW" }],
  GetItem: [...TABLE_AND_NAMES, ...OF_KEYS, { ConsistentRead: "true" }],
  Query: [
    ...TABLE_AND_NAMES,
    ...GIVEN_VALUES,
    { ConsistentRead: "true" },
    { ConsistentRead: true, IndexName: "due" },
    { IndexName: "no-such-index" },
    { IndexName: "" },
    { Limit: 0 },
    { Limit: -1 },
    { Limit: "1" },
    { ScanIndexForward: "no" },
    { Select: "ALL_ATTRIBUTES", IndexName: "due" },
    { Select: "ALL_PROJECTED_ATTRIBUTES" },
    { Select: "SPECIFIC_ATTRIBUTES" },
    { Select: "DOG" },
    { KeyConditionExpression: undefined },
    { ExclusiveStartKey: {} },
    { ExclusiveStartKey: { pk: { S: "other" }, sk: { S: "META" } } },
    { ExclusiveStartKey: { pk: { S: "RUN#%P" } } },
    { ExclusiveStartKey: { ...KEY, extra: { S: "a" } } },
    { ExclusiveStartKey: { ...KEY, sk: { N: "1" } } },
    { FilterExpression: "pk = :v", ExpressionAttributeValues: { ":v": { S: "a" } } },
  ],
  BatchGetItem: [
    { RequestItems: undefined },
    { RequestItems: {} },
    { RequestItems: { "no-such-table": { Keys: [KEY] } } },
    batch({}),
    batch({ Keys: [] }),
    batch({ Keys: [KEY, KEY] }),
    batch({ Keys: [{}] }),
    batch({ Keys: "a" }),
    batch({ Keys: tooMany }),
  ],
};
