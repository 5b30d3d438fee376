import { TABLE_NAME as TableName } from "../../../localstack/embedded/resources.ts";
import type { KnownDifference } from "./known-difference.ts";

const GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";
const API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";
const TESTS = "https://github.com/scylladb/scylladb/blob/master/test/alternator";
const service = "dynamodb";
const right = "embedded";
const Key = { pk: { S: "RUN#%P" }, sk: { S: "META" } };
const query = (input: Readonly<Record<string, unknown>>) => ({
  action: "Query",
  input: {
    TableName,
    KeyConditionExpression: "pk = :p",
    ExpressionAttributeValues: { ":p": { S: "RUN#%P" } },
    ...input,
  },
});
const put = (input: Readonly<Record<string, unknown>>) => ({
  action: "PutItem",
  input: { TableName, Item: Key, ...input },
});
/** What one answers that has not seen what is wrong. */
const UNSEEN =
  /^(OK|ConditionalCheckFailedException|ValidationException|ResourceNotFoundException)/;

/** Differences that only requests meet which no client should make. */
export const HOSTILE_DIFFERENCES: readonly KnownDifference[] = [
  {
    service,
    right,
    what: "sees what is wrong with an expression only when it evaluates that part, if ever",
    page: `${GUIDE}/Expressions.OperatorsAndFunctions.html`,
    example: [query({ FilterExpression: "attribute_exist(a)" })],
    embedded: /^ValidationException: Invalid (Condition|Filter|Update|Projection)Expression/,
    emulator: UNSEEN,
  },
  {
    service,
    right,
    what: "takes key conditions with `OR`, `NOT`, `<>` or other functions than `begins_with`",
    page: `${GUIDE}/Query.KeyConditionExpressions.html`,
    example: [query({ KeyConditionExpression: "pk = :p AND NOT sk = :p" })],
    embedded: /^ValidationException: (Invalid KeyConditionExpression|Query (key )?condition)/,
    emulator: UNSEEN,
  },
  {
    service,
    right,
    what: "has no `SerializationException` for a member of another type in JSON, nor for bad base64",
    page: `${TESTS}/test_number.py`,
    example: [put({ Item: { ...Key, value: { N: 5 } } })],
    embedded: /^SerializationException/,
    emulator: /^(OK|ConditionalCheckFailedException|ValidationException|InternalError)/,
  },
  {
    service,
    right,
    what: "looks at a value of `ExpressionAttributeValues` only where it is used",
    page: `${API}/API_AttributeValue.html`,
    example: [
      put({ ConditionExpression: "epoch = :v", ExpressionAttributeValues: { ":v": { SS: [] } } }),
    ],
    embedded: /^ValidationException: ExpressionAttributeValues contains invalid value/,
    emulator: UNSEEN,
  },
  {
    service,
    right,
    what: "takes empty names in `ExpressionAttributeNames`, and an empty map of them without expression",
    page: `${GUIDE}/Expressions.ExpressionAttributeNames.html`,
    example: [
      put({ ConditionExpression: "#a = #b", ExpressionAttributeNames: { "#a": "", "#b": "b" } }),
    ],
    embedded: /^ValidationException: ExpressionAttributeNames (contains|can only)/,
    emulator: UNSEEN,
  },
  {
    service,
    right,
    what: "takes any `ReturnValuesOnConditionCheckFailure`",
    page: `${API}/API_PutItem.html`,
    example: [put({ ReturnValuesOnConditionCheckFailure: "DOG" })],
    embedded: /^ValidationException: \w+: ReturnValuesOnConditionCheckFailure must be/,
    emulator: UNSEEN,
  },
  {
    service,
    right,
    what: "takes an `ExclusiveStartKey` or `IndexName` that is empty, and `ALL_ATTRIBUTES` of any index",
    page: `${API}/API_Query.html`,
    example: [query({ ExclusiveStartKey: {} })],
    embedded:
      /^ValidationException: (The provided starting key is invalid|Query: IndexName|.*ALL_ATTRIBUTES)/,
    emulator: /^OK/,
  },
  {
    service,
    right,
    what: "takes a batch without keys",
    page: `${API}/API_BatchGetItem.html`,
    example: [{ action: "BatchGetItem", input: { RequestItems: { [TableName]: {} } } }],
    embedded: /^ValidationException: RequestItems needs/,
    emulator: /^OK/,
  },
  {
    service,
    right,
    what: "takes keys of an index beyond 2,048 and 1,024 bytes",
    page: `${GUIDE}/Constraints.html`,
    example: [put({ Item: { ...Key, startedKey: { S: "s".repeat(1025) } } })],
    embedded: /^ValidationException: .*Size of the index key/,
    emulator: /^OK/,
  },
  {
    service,
    right: "unclear",
    what: "refuses a zero whose exponent is out of range",
    page: `${GUIDE}/HowItWorks.NamingRulesDataTypes.html`,
    example: [put({ Item: { ...Key, epoch: { N: "0e1000" } } })],
    embedded: /^(OK|ConditionalCheckFailedException)/,
    emulator: /^ValidationException: .*Number overflow/,
  },
];
