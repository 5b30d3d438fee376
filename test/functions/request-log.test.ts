import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { tokenOf } from "../../lambda/core/token.ts";
import { createApiHandler } from "../../lambda/functions/create.ts";
import { connect, workflow } from "../../lambda/index.ts";
import { collectingLog, type LoggedLine } from "../../lambda/testing/logs.ts";
import { createDynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import { createResources, HINT_QUEUE, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { createSqs } from "../../localstack/embedded/sqs/sqs.ts";

const ROLE = "arn:aws:sts::111122223333:assumed-role/support/ada";
const aws = { region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
const dynamodb = createDynamoDB();
const sqs = createSqs();
const lines: LoggedLine[] = [];
const digest = workflow("digest", {}, async (_, input: unknown) => void input);
const deployment = {
  table: TABLE_NAME,
  queueUrl: `http://sqs.localhost/000000000000/${HINT_QUEUE}`,
  log: collectingLog(lines),
  dynamodb: new DynamoDBClient({ ...aws, requestHandler: inProcessHandler(dynamodb.handler) }),
  sqs: new SQSClient({
    ...aws,
    requestHandler: inProcessHandler(sqs.handler),
    useQueueUrlAsEndpoint: false,
  }),
};
const api = createApiHandler({ ...deployment, workflows: [digest] });

beforeAll(() => createResources(dynamodb, sqs));
beforeEach(() => void lines.splice(0));
afterAll(() => sqs.close());

/**
 * Asks the API.
 * @param who what API Gateway knows of the caller
 * @param proxy what it takes for the path below a custom domain's base path
 * @returns the status
 */
async function ask(
  httpMethod: string,
  target: string,
  who: Partial<APIGatewayProxyEvent["requestContext"]>,
  body?: unknown,
  proxy?: string,
): Promise<number> {
  const { pathname, searchParams } = new URL(target, "http://api.test");
  const { statusCode } = await api({
    httpMethod,
    path: pathname,
    resource: "/{proxy+}",
    pathParameters: { proxy: proxy ?? pathname.slice(1) },
    headers: { "content-type": "application/json" },
    multiValueQueryStringParameters: Object.fromEntries(
      [...searchParams].map(([name, value]) => [name, [value]]),
    ),
    requestContext: { authorizer: null, identity: { userArn: null }, ...who },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEvent);
  return statusCode;
}
const signed = {
  identity: { userArn: ROLE } as APIGatewayProxyEvent["requestContext"]["identity"],
};
const bearer = { authorizer: { principalId: "ci" } };

it("who asks for a change is told with what was asked for and what came of it", async () => {
  await ask("POST", "/runs/digest", bearer, { id: "a" });
  await ask("DELETE", "/runs/a", signed);
  await ask("POST", "/bulk/delete?workflow=digest&status=failed", signed, {});
  const told = (fields: object) => ({ level: "info", message: "request answered", fields });
  expect(lines).toEqual([
    told({ method: "POST", path: "/runs/digest", run: "a", principal: "ci", status: 202 }),
    told({ method: "DELETE", path: "/runs/a", principal: ROLE, status: 409 }),
    told({
      method: "POST",
      path: "/bulk/delete",
      query: "?workflow=digest&status=failed",
      principal: ROLE,
      status: 200,
    }),
  ]);
});

it("a run that was started or forked is told by its id, and all else that is done to one by its path", async () => {
  const id = "nightly@2026-11-30T03:00Z";
  await ask("POST", "/runs/digest", bearer, { id: "b" });
  await ask("POST", "/runs/b/cancel", bearer, {});
  await ask("POST", "/runs/b/fork", bearer, { id: "c" });
  await ask("DELETE", `/runs/${encodeURIComponent(id)}`, bearer);
  expect(lines.map(({ fields }) => fields)).toEqual([
    { method: "POST", path: "/runs/digest", run: "b", principal: "ci", status: 202 },
    { method: "POST", path: "/runs/b/cancel", principal: "ci", status: 200 },
    { method: "POST", path: "/runs/b/fork", run: "c", principal: "ci", status: 202 },
    { method: "DELETE", path: `/runs/${id}`, principal: "ci", status: 404 },
  ]);
});

it("a callback token is not told, and nobody's completion has nobody's name", async () => {
  expect(await ask("POST", "/tokens/eyJydW4iXQ.c2VjcmV0-_", {}, true)).toBe(404);
  expect(lines).toMatchObject([{ fields: { path: "/tokens/{token}", status: 404 } }]);
  expect(JSON.stringify(lines)).not.toMatch(/c2VjcmV0|principal/);
});

const SECRET = "s".repeat(43);
const CALLBACK = tokenOf({ runId: "a", incarnation: "1", key: "approve" }, SECRET);

it.each([
  [`/api/tokens/${CALLBACK}/`, `tokens/${CALLBACK}`],
  [`/v1/tokens/${CALLBACK}`, undefined],
  [`/token/${CALLBACK}`, undefined],
  [`/runs?token=${CALLBACK}`, undefined],
])("a callback token is not told by a request that has missed it: %s", async (target, proxy) => {
  expect(await ask("POST", target, {}, true, proxy)).toBeGreaterThanOrEqual(400);
  expect(lines).toMatchObject([{ message: "request answered" }]);
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

it("nothing is told of who only looks", async () => {
  expect(await ask("GET", "/runs", signed)).toBe(200);
  expect(await ask("HEAD", "/runs", signed)).toBe(200);
  expect(await ask("GET", "/runs/none", signed)).toBe(404);
  expect(lines).toEqual([]);
});

it("an answer too large for Lambda is an error in the log, like whatever else is answered 5xx", async () => {
  // Each takes two bytes in the request, and four in what a function answers.
  const input = '"'.repeat(1_700_000);
  expect(await ask("POST", "/runs/digest", bearer, { id: "large", input })).toBe(202);
  expect(await ask("GET", "/runs/large", signed)).toBe(507);
  expect(lines.filter(({ level }) => level === "error")).toEqual([
    {
      level: "error",
      message: "the answer is too large to be passed on",
      fields: { method: "GET", path: "/runs/large", principal: ROLE, status: 507 },
    },
  ]);
});

it("an answer that the API itself cannot give is an error in the log once", async () => {
  // Referred to ten times, of which each is written out in JSON.
  const large = { text: "x".repeat(1_000_000) };
  await connect(deployment).start(
    digest,
    Array.from({ length: 10 }, () => large),
    { id: "wide" },
  );
  expect(await ask("GET", "/runs/wide", signed)).toBe(507);
  expect(lines.filter(({ level }) => level === "error")).toMatchObject([
    { message: "request failed", fields: { path: "/runs/wide" } },
  ]);
});
