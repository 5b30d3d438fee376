import { TABLE_NAME as TableName } from "../../../localstack/embedded/resources.ts";
import type { KnownDifference } from "./known-difference.ts";

const GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";
const API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";
/** Tests of another implementation, which are run on DynamoDB too: for what the guide says nothing of. */
const TESTS = "https://github.com/scylladb/scylladb/blob/master/test/alternator";
const CONDITIONS = `${GUIDE}/Expressions.OperatorsAndFunctions.html`;
const UPDATES = `${GUIDE}/Expressions.UpdateExpressions.html`;

const service = "dynamodb";
const Key = { pk: { S: "RUN#%P" }, sk: { S: "META" } };
const put = (attributes: Readonly<Record<string, unknown>>) => ({
  action: "PutItem",
  input: { TableName, Item: { ...Key, ...attributes } },
});
const update = (UpdateExpression: string, more: Readonly<Record<string, unknown>> = {}) => ({
  action: "UpdateItem",
  input: { TableName, Key, UpdateExpression, ...more },
});
const remove = (ConditionExpression: string, more: Readonly<Record<string, unknown>> = {}) => ({
  action: "DeleteItem",
  input: { TableName, Key, ConditionExpression, ...more },
});
const values = (...given: readonly unknown[]) => ({
  ExpressionAttributeValues: Object.fromEntries(given.map((one, at) => [`:v${at}`, one])),
});

/** Differences that the engine meets. */
export const ENGINE_DIFFERENCES: readonly KnownDifference[] = [
  {
    service,
    right: "embedded",
    what: "removes elements of a list one after the other, each by its place among those left",
    page: UPDATES,
    example: [
      put({ box: { L: [{ S: "a" }, { S: "b" }] } }),
      update("REMOVE box[0], box[1]", { ReturnValues: "ALL_NEW" }),
    ],
    request: /REMOVE \W?\w+\[0\], \W?\w+\[1\]/,
    embedded: /^OK/,
    emulator: /^OK/,
  },
];

/** Differences that requests of the kind the store makes meet. */
export const DIFFERENCES: readonly KnownDifference[] = [
  {
    service,
    what: "removes a part of an attribute that is not there",
    right: "embedded",
    page: `${TESTS}/test_update_expression.py`,
    example: [put({}), update("REMOVE box[0]")],
    embedded: /^ValidationException: The document path/,
    emulator: /^OK/,
  },
  {
    service,
    what: "refuses a `begins_with` of an attribute of another type, which just does not hold",
    right: "embedded",
    page: `${TESTS}/test_condition_expression.py`,
    example: [put({ epoch: { N: "1" } }), remove("begins_with(epoch, :v0)", values({ S: "a" }))],
    embedded: /^(OK|ConditionalCheckFailedException)/,
    emulator: /operator or function: begins_with, operand type: [SB]/,
  },
  {
    service,
    what: "rounds sums to 28 digits, also those that 38 digits do not hold",
    right: "embedded",
    page: `${GUIDE}/HowItWorks.NamingRulesDataTypes.html`,
    example: [
      put({ epoch: { N: "9e125" } }),
      update("SET epoch = epoch + :v0", values({ N: "1" })),
    ],
    embedded: /^ValidationException: Attempting to store more than 38/,
    emulator: /^OK/,
  },
  {
    service,
    what: "`list_append` and `+` take the first operand when it has the wrong type",
    right: "embedded",
    page: UPDATES,
    example: [put({ box: { S: "a" } }), update("SET box = box + :v0", values({ N: "1" }))],
    embedded: /^ValidationException: An operand in the update expression/,
    emulator: /^OK/,
  },
];

/** Differences that none of the requests drawn meets: they would hide others. */
export const AVOIDED_DIFFERENCES: readonly KnownDifference[] = [
  {
    service,
    what: "answers empty `Attributes` for `UPDATED_OLD` when no attribute was there",
    right: "embedded",
    page: `${API}/API_UpdateItem.html`,
    example: [put({}), update("REMOVE epoch", { ReturnValues: "UPDATED_OLD" })],
    embedded: /^OK \{\}$/,
    emulator: /^OK \{"Attributes":\{\}\}$/,
  },
  {
    service,
    right: "embedded",
    what: "makes an item of an update that only removes, and finds none",
    page: `${TESTS}/test_item.py`,
    example: [update("REMOVE epoch"), { action: "GetItem", input: { TableName, Key } }],
    embedded: /^OK \{\}$/,
    emulator: /^OK \{"Item"/,
  },
  {
    service,
    right: "embedded",
    what: "takes two attributes that are both absent for equal, by `=` and `IN`",
    page: `${TESTS}/test_condition_expression.py`,
    example: [put({}), remove("epoch = box")],
    embedded: /^ConditionalCheckFailedException/,
    emulator: /^OK/,
  },
  {
    service,
    right: "embedded",
    what: "takes `size` of what has none for 0",
    page: CONDITIONS,
    example: [put({ epoch: { N: "5" } }), remove("size(epoch) = :v0", values({ N: "0" }))],
    embedded: /^ConditionalCheckFailedException/,
    emulator: /^OK/,
  },
  {
    service,
    right: "embedded",
    what: "finds no part of a binary by `contains`",
    page: `${TESTS}/test_condition_expression.py`,
    example: [put({ epoch: { B: "AAE=" } }), remove("contains(epoch, :v0)", values({ B: "AA==" }))],
    embedded: /^OK/,
    emulator: /^ConditionalCheckFailedException/,
  },
  {
    service,
    right: "embedded",
    what: "filters a query of an index by attributes that the index does not hold",
    page: `${GUIDE}/GSI.html`,
    example: [
      put({ dueShard: { S: "due#%P" }, checkAt: { N: "1" }, epoch: { N: "1" } }),
      {
        action: "Query",
        input: {
          TableName,
          IndexName: "due",
          KeyConditionExpression: "dueShard = :v0",
          FilterExpression: "attribute_exists(epoch)",
          ...values({ S: "due#%P" }),
        },
      },
    ],
    embedded: /"Count":0/,
    emulator: /"Count":1/,
  },
];
