import * as fc from "fast-check";
import { TABLE } from "../../../lambda/store/schema.ts";
import type { AttributeValue } from "../../../localstack/embedded/dynamodb/item.ts";
import type { Members } from "../../../localstack/embedded/faults.ts";
import { TABLE_NAME } from "../../../localstack/embedded/resources.ts";
import { condition } from "./conditions.ts";
import { type Expression, expressionMembers } from "./expression.ts";
import { update } from "./updates.ts";
import { FITTING, number, sized, value } from "./values.ts";

/** A call on DynamoDB. In its texts, `%P` stands for what no other sequence of calls has. */
export interface Request {
  readonly action: string;
  readonly input: Members;
}

const one = <T>(...options: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...options);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Sort keys: operations, parts and those that only bytes put in order. */
const SORT_KEYS = ["META", "OP#a", "OP#b#2", "OP#\u{1f600}", "OP#\u{ffee}", "PART#1"] as const;
const PARTITIONS = ["RUN#%P", "H#%P#0"] as const;
const key = fc
  .oneof(
    // Most are about the same few, so that something becomes of them.
    { weight: 2, arbitrary: fc.tuple(one(PARTITIONS[0]), one("META", "OP#a")) },
    { weight: 1, arbitrary: fc.tuple(one(...PARTITIONS), one(...SORT_KEYS)) },
  )
  .map(([pk, sk]) => ({ pk: { S: pk }, sk: { S: sk } }));

const indexKey: Readonly<Record<string, fc.Arbitrary<AttributeValue>>> = {
  dueShard: one("due#%P", "due#%P#1").map((S) => ({ S })),
  checkAt: number,
  listShard: one("list#%P", "list#%P#1").map((S) => ({ S })),
  startedKey: one("1", "2", "\u{ffee}", "\u{1f600}").map((S) => ({ S })),
  attentionShard: one("attention#%P").map((S) => ({ S })),
  attentionAt: number,
  workflow: one("research", "tests").map((S) => ({ S })),
};
const attributes = fc.record(
  {
    ...Object.fromEntries(
      Object.entries(FITTING).map(([name, values]) => [
        name,
        fc.oneof({ weight: 3, arbitrary: values }, value),
      ]),
    ),
    parts: sized,
    ...indexKey,
  },
  { requiredKeys: [] },
);
const returnOnFailure = maybe(one("ALL_OLD", "NONE"));

/** The members that are there. */
const given = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));

/** A put with a condition or without. */
export const put = fc
  .record({
    key,
    attributes,
    condition: maybe(condition),
    ReturnValues: maybe(one("NONE", "ALL_OLD")),
    ReturnValuesOnConditionCheckFailure: returnOnFailure,
  })
  .map(({ key: its, attributes: others, condition: ConditionExpression, ...rest }) => ({
    action: "PutItem",
    input: given({
      TableName: TABLE_NAME,
      Item: { ...its, ...others },
      ...rest,
      ...expressionMembers({ ConditionExpression }),
    }),
  }));

const setIndexKey = fc.oneof(
  ...Object.entries(indexKey).map(([name, values]) =>
    values.map((given): Expression => ({
      text: `SET #tx = ?, #${name} = ?`,
      values: [{ S: "tx" }, given],
    })),
  ),
  one(...Object.keys(indexKey)).map((name): Expression => ({
    text: `SET #tx = ? REMOVE #${name}`,
    values: [{ S: "tx" }],
  })),
);

/** An update with a condition or without. */
export const change = fc
  .record({
    Key: key,
    update: fc.oneof({ weight: 4, arbitrary: update }, { weight: 1, arbitrary: setIndexKey }),
    condition: maybe(condition),
    ReturnValues: maybe(one("NONE", "ALL_OLD", "ALL_NEW")),
    ReturnValuesOnConditionCheckFailure: returnOnFailure,
  })
  .map(({ update: UpdateExpression, condition: ConditionExpression, ...rest }) => ({
    action: "UpdateItem",
    input: given({
      TableName: TABLE_NAME,
      ...rest,
      ...expressionMembers({ UpdateExpression, ConditionExpression }),
    }),
  }));

/** A delete with a condition or without. */
export const remove = fc
  .record({
    Key: key,
    condition: maybe(condition),
    ReturnValues: maybe(one("NONE", "ALL_OLD")),
    ReturnValuesOnConditionCheckFailure: returnOnFailure,
  })
  .map(({ condition: ConditionExpression, ...rest }) => ({
    action: "DeleteItem",
    input: given({
      TableName: TABLE_NAME,
      ...rest,
      ...expressionMembers({ ConditionExpression }),
    }),
  }));

const projection: fc.Arbitrary<Expression> = one(
  "#pk, #sk",
  "#status, #box",
  "#box[0], #error.#x",
  "#box[1].#x, #box[0].#y",
  "#nothing",
).map((text) => ({ text, values: [] }));

/** A read of one item. */
export const get = fc
  .record({ Key: key, ConsistentRead: maybe(fc.boolean()), projection: maybe(projection) })
  .map(({ projection: ProjectionExpression, ...rest }) => ({
    action: "GetItem",
    input: given({
      TableName: TABLE_NAME,
      ...rest,
      ...expressionMembers({ ProjectionExpression }),
    }),
  }));

/** A read of some items. */
export const batchGet = fc
  .record({
    Keys: fc.uniqueArray(key, {
      minLength: 1,
      maxLength: 6,
      selector: (one) => JSON.stringify(one),
    }),
    ConsistentRead: maybe(fc.boolean()),
    projection: maybe(projection),
  })
  .map(({ projection: ProjectionExpression, ...rest }) => ({
    action: "BatchGetItem",
    input: {
      RequestItems: {
        [TABLE_NAME]: given({ ...rest, ...expressionMembers({ ProjectionExpression }) }),
      },
    },
  }));

const sortValue = one("OP#", "OP#b", "OP#\u{1f600}", "PART#", "META", "A").map((S) => ({ S }));

/** Conditions on a sort key, `null` for none. */
function sortTerm(name: string, values: fc.Arbitrary<AttributeValue>, isText: boolean) {
  const signs = ["=", "<", "<=", ">", ">="];
  return fc.oneof(
    fc.constant(null),
    fc
      .tuple(one(...signs), values)
      .map(([sign, n]): Expression => ({ text: `#${name} ${sign} ?`, values: [n] })),
    fc
      .tuple(values, values)
      .map((bounds): Expression => ({ text: `#${name} BETWEEN ? AND ?`, values: bounds })),
    ...(isText
      ? [values.map((n): Expression => ({ text: `begins_with(#${name}, ?)`, values: [n] }))]
      : []),
  );
}

const source = (
  index: string | undefined,
  [partition, partitions]: readonly [string, fc.Arbitrary<AttributeValue>],
  [sort, sorts, isText]: readonly [string, fc.Arbitrary<AttributeValue>, boolean],
) =>
  fc.tuple(partitions, sortTerm(sort, sorts, isText)).map(([n, term]) => ({
    index,
    condition: {
      text: `#${partition} = ?${term ? ` AND ${term.text}` : ""}`,
      values: [n, ...(term?.values ?? [])],
    },
  }));

const { dueShard = value, checkAt = value, listShard = value, startedKey = value } = indexKey;
const { attentionShard = value, attentionAt = value } = indexKey;
const sources = fc.oneof(
  {
    weight: 3,
    arbitrary: source(
      undefined,
      [TABLE.partitionKey, one(...PARTITIONS).map((S) => ({ S }))],
      [TABLE.sortKey, sortValue, true],
    ),
  },
  source("due", ["dueShard", dueShard], ["checkAt", checkAt, false]),
  source("list", ["listShard", listShard], ["startedKey", startedKey, true]),
  source("attention", ["attentionShard", attentionShard], ["attentionAt", attentionAt, false]),
);

/** A read of a partition of the table or of an index. */
export const query = fc
  .record({
    source: sources,
    ScanIndexForward: maybe(fc.boolean()),
    Limit: maybe(fc.integer({ min: 1, max: 4 })),
    filter: fc.option(condition, { nil: undefined, freq: 3 }),
    Select: fc.option(fc.constant("COUNT"), { nil: undefined, freq: 8 }),
  })
  .map(({ source: { index, condition: KeyConditionExpression }, filter, ...rest }) => ({
    action: "Query",
    input: given({
      TableName: TABLE_NAME,
      IndexName: index,
      ...rest,
      ...expressionMembers({
        KeyConditionExpression,
        // What an index does not hold is no matter of its filter; MiniStack looks at the whole item.
        FilterExpression: index === undefined ? filter : undefined,
      }),
    }),
  }));

/** A request as the store could make it. */
export const validRequest: fc.Arbitrary<Request> = fc.oneof(
  { weight: 4, arbitrary: put },
  { weight: 6, arbitrary: change },
  { weight: 2, arbitrary: remove },
  { weight: 2, arbitrary: get },
  { weight: 1, arbitrary: batchGet },
  { weight: 3, arbitrary: query },
);
