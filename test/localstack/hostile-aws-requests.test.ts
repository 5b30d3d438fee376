import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Endpoint, openEndpoint } from "../../localstack/embedded/aws-endpoint.ts";
import { createDynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import { createResources, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { createSqs } from "../../localstack/embedded/sqs/sqs.ts";
import { SEARCH_TIMEOUT_MS, searched } from "../support/fuzz.ts";
import { requestBytes, sendBytes } from "../support/raw-http.ts";

const TOKEN = "token-of-this-start";
const WRITES = new Set(["PutItem", "UpdateItem", "DeleteItem", "SendMessage", "CreateTable"]);

let endpoint: Endpoint;
let writes: string[];

beforeEach(async () => {
  writes = [];
  const observe = ({ action, error }: { action: string; error?: Error }) => {
    if (error === undefined && WRITES.has(action)) writes.push(action);
  };
  const dynamodb = createDynamoDB({ faults: { observe } });
  const sqs = createSqs({ faults: { observe } });
  await createResources(dynamodb, sqs);
  writes.length = 0;
  endpoint = await openEndpoint({ dynamodb: dynamodb.handler, sqs: sqs.handler, token: TOKEN });
});
afterEach(() => endpoint.close());

/** @param bytes how long the body is said to be */
function send(target: string, body: Buffer, bytes = body.length) {
  const port = Number(new URL(endpoint.url).port);
  const headers = [
    ["host", `127.0.0.1:${port}`],
    ["connection", "close"],
    ["content-type", "application/x-amz-json-1.0"],
    ["authorization", `AWS4-HMAC-SHA256 Credential=${TOKEN}/x`],
    ["x-amz-target", target],
    ["content-length", String(bytes)],
  ] as const;
  return sendBytes(port, requestBytes({ method: "POST", target: "/", headers, body }));
}

const TARGETS = [
  ...[
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "GetItem",
    "Query",
    "BatchGetItem",
    "DescribeTable",
  ].map((action) => `DynamoDB_20120810.${action}`),
  ...["SendMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueUrl", "CreateQueue"].map(
    (action) => `AmazonSQS.${action}`,
  ),
  "DynamoDB_20120810.__proto__",
  "AmazonSQS.constructor",
  "AmazonSQS.",
  "",
  "x",
];

const key = { pk: { S: "a" }, sk: { S: "b" } };
const hostile = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    TABLE_NAME,
    key,
    { pk: { S: "" }, sk: { S: "b" } },
    { pk: { N: "NaN" }, sk: { B: "!" } },
    { ...key, x: { N: "1e999" } },
    { ...key, x: { L: [{}] } },
    { ...key, x: { M: JSON.parse('{"__proto__":{"S":"x"}}') as unknown } },
    { ...key, x: { SS: [] } },
    "#a = :a",
    "SET #a = list_append(#a, :a)",
    "attribute_not_exists(#a) AND (".repeat(400),
    "(".repeat(5_000),
    "NOT ".repeat(5_000),
    "a".repeat(5_000),
    "\u0000",
    "\ud800",
    { "#a": "__proto__" },
    { ":a": { S: "x" } },
    { ":a": { N: "9".repeat(400) } },
    { [TABLE_NAME]: { Keys: Array.from({ length: 101 }, () => key) } },
    "http://127.0.0.1/000000000000/hints",
    "/000000000000/__proto__",
    -1,
    1e308,
  ),
);
const MEMBERS = [
  "TableName",
  "Item",
  "Key",
  "KeyConditionExpression",
  "ConditionExpression",
  "UpdateExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "ExclusiveStartKey",
  "Limit",
  "RequestItems",
  "QueueUrl",
  "QueueName",
  "MessageBody",
  "DelaySeconds",
  "ReceiptHandle",
  "VisibilityTimeout",
  "Attributes",
  "__proto__",
];
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .dictionary(fc.constantFrom(...MEMBERS), hostile, { maxKeys: 6 })
      .map((members) => Buffer.from(JSON.stringify({ TableName: TABLE_NAME, ...members }))),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom("", "null", "[]", "{", "[".repeat(50_000)).map((text) => Buffer.from(text)),
    ),
  },
);

test(
  "a hostile request to DynamoDB or SQS is served or refused as AWS words it, and one refused changes nothing",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...TARGETS), body, async (target, bytes) => {
        writes.length = 0;
        const answer = await send(target, bytes);
        const told = `${target} ${bytes.toString().slice(0, 200)} → ${answer.status} ${answer.body.slice(0, 300)}`;
        expect(answer.status, told).toBeGreaterThanOrEqual(200);
        expect(answer.status, told).toBeLessThan(500);
        if (answer.status < 400) return;
        expect(JSON.parse(answer.body), told).toMatchObject({
          __type: expect.any(String) as string,
        });
        expect(answer.body, told).not.toMatch(/\\n\s+at /);
        expect(writes, told).toEqual([]);
      }),
      searched(150),
    );
  },
  SEARCH_TIMEOUT_MS,
);

test("a body that is not UTF-8 is refused", async () => {
  const answer = await send("DynamoDB_20120810.GetItem", Buffer.from([0x7b, 0xff, 0x7d]));
  expect([answer.status, answer.body]).toEqual([400, expect.stringContaining("UTF-8")]);
});

test("a body that says to be too long is refused before it comes", async () => {
  const answer = await send("DynamoDB_20120810.GetItem", Buffer.alloc(0), 100 * 1_048_576);
  expect([answer.status, answer.body]).toEqual([413, expect.stringContaining("exceeds")]);
});
