import { DynamoDBClient, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../../localstack/embedded/faults.ts";
import { type Endpoint, openEndpoint } from "../../localstack/embedded/aws-endpoint.ts";
import { createDynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import { createResources, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { createSqs } from "../../localstack/embedded/sqs/sqs.ts";

const TOKEN = "token-of-this-start";

let endpoint: Endpoint;
let fault: Fault | undefined;

beforeEach(async () => {
  fault = undefined;
  const dynamodb = createDynamoDB({ faults: { before: () => fault } });
  const sqs = createSqs();
  await createResources(dynamodb, sqs);
  endpoint = await openEndpoint({ dynamodb: dynamodb.handler, sqs: sqs.handler, token: TOKEN });
});
afterEach(() => endpoint.close());

const options = (accessKeyId: string) => ({
  endpoint: endpoint.url,
  region: "us-east-1",
  credentials: { accessKeyId, secretAccessKey: "any" },
  maxAttempts: 1,
});
const describeTable = (accessKeyId = TOKEN) =>
  new DynamoDBClient(options(accessKeyId)).send(
    new DescribeTableCommand({ TableName: TABLE_NAME }),
  );

describe("a caller who knows the token", () => {
  test("reaches both services on one port, and gets queue URLs that lead back to it", async () => {
    expect((await describeTable()).Table?.TableName).toBe(TABLE_NAME);
    const { QueueUrl } = await new SQSClient(options(TOKEN)).send(
      new CreateQueueCommand({ QueueName: "q" }),
    );
    expect(QueueUrl).toBe(`${endpoint.url}/000000000000/q`);
  });

  test("has a long poll answered by a message, whose MD5 the SDK compares", async () => {
    const client = new SQSClient(options(TOKEN));
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "q" }));
    const received = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "hällo" }));
    const { Messages = [] } = await received;
    expect(Messages).toMatchObject([{ Body: "hällo" }]);
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  });

  test("loses its connection when the reply is lost", async () => {
    fault = { kind: "lost-reply" };
    await expect(describeTable()).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});

describe("a caller who does not", () => {
  const call = (headers: Record<string, string>) =>
    fetch(endpoint.url, {
      method: "POST",
      body: JSON.stringify({ TableName: TABLE_NAME }),
      headers: {
        "x-amz-target": "DynamoDB_20120810.DescribeTable",
        "content-type": "application/x-amz-json-1.0",
        authorization: `AWS4-HMAC-SHA256 Credential=${TOKEN}/20260101/us-east-1/dynamodb/aws4_request`,
        ...headers,
      },
    });

  test("is refused by name through the SDK", async () => {
    await expect(describeTable("other")).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
    await expect(describeTable(`${TOKEN}x`)).rejects.toThrow("token");
  });

  test.each([
    ["whose credentials begin alike", { authorization: `Credential=${TOKEN}` }, 403],
    ["without credentials", { authorization: "" }, 403],
    ["from a web page", { origin: "http://evil.example" }, 403],
    ["from a page of this machine", { "sec-fetch-site": "same-site" }, 403],
    ["with a content type that pages may send", { "content-type": "text/plain" }, 415],
  ])("%s is refused", async (_, headers, status) => {
    expect((await call({})).status).toBe(200);
    expect((await call(headers)).status).toBe(status);
  });
});
