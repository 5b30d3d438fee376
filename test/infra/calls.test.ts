import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type {
  APIGatewayProxyEvent,
  Context as LambdaContext,
  ScheduledEvent,
  SQSEvent,
} from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { statementsFor } from "../../infra/access.ts";
import { descriptor, type FunctionName } from "../../infra/descriptor.ts";
import { SMOKE } from "../../lambda/core/smoke.ts";
import { createApiHandler, createSweeper, createWorker } from "../../lambda/functions/create.ts";
import type { AwsJsonHandler } from "../../localstack/embedded/aws-json.ts";
import { createDynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import { createResources, HINT_QUEUE, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { createSqs } from "../../localstack/embedded/sqs/sqs.ts";

const dynamodb = createDynamoDB();
const sqs = createSqs();
const queueUrl = `http://sqs.localhost/000000000000/${HINT_QUEUE}`;
const aws = { region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
const log = { debug() {}, info() {}, warn() {}, error() {} };

/** Calls that each function has made, as the rights that they need. */
const made: Record<FunctionName, Set<string>> = {
  worker: new Set(),
  api: new Set(),
  sweeper: new Set(),
};

const requestSchema = z.object({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  RequestItems: z.record(z.string(), z.unknown()).optional(),
});

/** The right that a call needs; SQS has no actions for its batch calls. */
function rightFor(target: string, body: string): string {
  const [service = "", call = ""] = target.split(".");
  if (service === "AmazonSQS") return `sqs:${call.replace(/Batch$/, "")} ${HINT_QUEUE}`;
  const { TableName, IndexName, RequestItems } = requestSchema.parse(JSON.parse(body));
  const table = [TableName ?? Object.keys(RequestItems ?? {})].flat().join();
  return `dynamodb:${call} ${table}${IndexName === undefined ? "" : `/index/${IndexName}`}`;
}

/** A function's clients, over services that note what it calls. */
function connection(name: FunctionName) {
  const noted =
    (handler: AwsJsonHandler): AwsJsonHandler =>
    (request) => {
      made[name].add(rightFor(request.target, request.body));
      return handler(request);
    };
  return {
    table: TABLE_NAME,
    queueUrl,
    log,
    workflows: [],
    dynamodb: new DynamoDBClient({
      ...aws,
      requestHandler: inProcessHandler(noted(dynamodb.handler)),
    }),
    sqs: new SQSClient({
      ...aws,
      requestHandler: inProcessHandler(noted(sqs.handler)),
      useQueueUrlAsEndpoint: false,
    }),
  };
}

/** What a function may do by its descriptor, in the same words. */
const rightsOf = (name: FunctionName): string[] =>
  statementsFor(descriptor.functions[name].access, {
    tableArn: TABLE_NAME,
    queueArn: HINT_QUEUE,
  }).flatMap(({ actions, resources }) =>
    actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
  );

const worker = createWorker(connection("worker"));
const api = createApiHandler(connection("api"));
const sweeper = createSweeper(connection("sweeper"));

/** Asks the API. @returns the status */
async function ask(httpMethod: string, target: string, body?: unknown): Promise<number> {
  const { pathname, searchParams } = new URL(target, "http://api.test");
  const query = [...searchParams].map(([name, value]) => [name, [value]]);
  const { statusCode } = await api({
    httpMethod,
    path: pathname,
    resource: "/{proxy+}",
    headers: { "content-type": "application/json" },
    multiValueQueryStringParameters: Object.fromEntries(query),
    requestContext: { identity: {} },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEvent);
  return statusCode;
}

const messagesSchema = z.object({
  Messages: z
    .array(z.object({ Body: z.string(), MessageId: z.string(), ReceiptHandle: z.string() }))
    .optional(),
});

/** Gives the worker the hints that there are, as an event source does. */
async function work(): Promise<void> {
  const received = await sqs.call("ReceiveMessage", {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
  });
  const { Messages = [] } = messagesSchema.parse(received);
  const Records = Messages.map(({ Body, MessageId, ReceiptHandle }) => ({
    body: Body,
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
  }));
  const time = { getRemainingTimeInMillis: () => 60_000 } as LambdaContext;
  await worker({ Records } as unknown as SQSEvent, time);
}

/** Has a run's records expire tomorrow, and the sweeper look at it. */
const nearItsEnd = (id: string) =>
  dynamodb.call("UpdateItem", {
    TableName: TABLE_NAME,
    Key: { pk: { S: `RUN#${id}` }, sk: { S: "META" } },
    UpdateExpression: "SET checkAt = :now, histTtl = :tomorrow",
    ExpressionAttributeValues: {
      ":now": { N: String(Date.now()) },
      ":tomorrow": { N: String(Math.ceil(Date.now() / 1000) + 24 * 3_600) },
    },
  });

/** What the API has answered, each with what it was asked. */
const answers: string[] = [];

beforeAll(async () => {
  const asked = async (method: string, target: string, body?: unknown) =>
    void answers.push(`${await ask(method, target, body)} ${method} ${target}`);
  await createResources(dynamodb, sqs);
  await asked("POST", `/runs/${SMOKE.workflow}`, { id: "a" });
  await work();
  await asked("POST", `/runs/a/events/${SMOKE.event}`, "said");
  await work();
  await asked("GET", "/runs/a/history");
  await asked("GET", "/runs?status=succeeded");
  await asked("GET", "/runs?status=failed");
  await asked("DELETE", "/runs/a");
  await asked("POST", `/runs/${SMOKE.workflow}`, { id: "b" });
  await asked("POST", "/runs/b/pause");
  await nearItsEnd("b");
  const start = { workflow: SMOKE.workflow, name: "daily", time: "2026-01-01T06:00:00Z" };
  await sweeper({ start: { ...start, input: undefined } });
  await sweeper({} as ScheduledEvent);
});
afterAll(() => sqs.close());

it("a run is started, advanced twice, looked at, listed and deleted, another one paused", () => {
  expect(answers).toEqual([
    `202 POST /runs/${SMOKE.workflow}`,
    `202 POST /runs/a/events/${SMOKE.event}`,
    "200 GET /runs/a/history",
    "200 GET /runs?status=succeeded",
    "200 GET /runs?status=failed",
    "200 DELETE /runs/a",
    `202 POST /runs/${SMOKE.workflow}`,
    "200 POST /runs/b/pause",
  ]);
});

describe.each(["worker", "api", "sweeper"] as const)("the %s", (name) => {
  const rights = rightsOf(name);

  it("makes no call that it may not", () => {
    expect([...made[name]].filter((right) => !rights.includes(right))).toEqual([]);
  });

  it("does query and delete what it may", () => {
    const telling = (all: Iterable<string>) =>
      [...all].filter((right) => /:(Query|DeleteItem) /.test(right)).toSorted();
    expect(telling(made[name])).toEqual(telling(rights));
  });
});
