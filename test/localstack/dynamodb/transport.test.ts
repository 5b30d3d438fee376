import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, test } from "vitest";
import { ConnectionLost } from "../../../localstack/embedded/aws-error.ts";
import { createDynamoDB, type DynamoDB } from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import type { Fault, FaultPlan, Outcome } from "../../../localstack/embedded/faults.ts";
import { DEFINITION, key, openDynamoDB, TABLE, text } from "./test-table.ts";

const TableName = TABLE;
const GUARDED = new PutItemCommand({
  TableName,
  Item: key("x"),
  ConditionExpression: "attribute_not_exists(pk)",
  ReturnValuesOnConditionCheckFailure: "ALL_OLD",
});

/** A database behind a server on loopback. */
async function listen(dynamodb: DynamoDB) {
  const answer = async (request: IncomingMessage) =>
    dynamodb.handler({
      target: String(request.headers["x-amz-target"]),
      headers: request.headers,
      body: await readText(request),
    });
  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => request.socket.destroy(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  const close = () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  };
  return { client, endpoint, close };
}

describe("over HTTP", () => {
  let close: (() => void) | undefined;
  afterEach(() => close?.());

  test("the SDK understands answers and refusals", async () => {
    const { dynamodb } = await openDynamoDB();
    const served = await listen(dynamodb);
    close = served.close;
    const { $metadata } = await served.client.send(GUARDED);
    expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.any(String) });
    await expect(served.client.send(GUARDED)).rejects.toMatchObject({
      name: "ConditionalCheckFailedException",
      Item: key("x"),
      $metadata: { httpStatusCode: 400 },
    });
    const invalid = new GetItemCommand({ TableName, Key: {} });
    await expect(served.client.send(invalid)).rejects.toMatchObject({
      name: "ValidationException",
      message: "The provided key element does not match the schema",
    });
  });

  test("a reply that is lost breaks the connection after the write", async () => {
    const { dynamodb } = await openDynamoDB({ faults: nth(2, () => ({ kind: "lost-reply" })) });
    const served = await listen(dynamodb);
    close = served.close;
    await expect(served.client.send(GUARDED)).rejects.toMatchObject({ code: "ECONNRESET" });
    const read = new GetItemCommand({ TableName, Key: key("x") });
    expect((await served.client.send(read)).Item).toEqual(key("x"));
  });

  test.each([
    ["DynamoDB_20120810.PutItem", "{", "com.amazon.coral.service#SerializationException", 400],
    ["DynamoDB_20120810.PutItem", "[]", "com.amazon.coral.service#SerializationException", 400],
    ["DynamoDB_20120810.PutItem", "{}", "com.amazon.coral.validate#ValidationException", 400],
    ["AmazonSQS.SendMessage", "{}", "com.amazon.coral.service#UnknownOperationException", 400],
    [
      "DynamoDB_20120810.DescribeTable",
      '{"TableName":"none"}',
      "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
      400,
    ],
  ])("%s with the body %s is answered %s", async (target, body, __type, status) => {
    const reply = await createDynamoDB().handler({ target, headers: {}, body });
    expect(reply.status).toBe(status);
    expect(reply.headers["content-type"]).toBe("application/x-amz-json-1.0");
    expect(JSON.parse(reply.body)).toMatchObject({ __type, message: expect.any(String) });
  });

  test("an attribute named __proto__ comes back, wherever it stands", async () => {
    const { dynamodb } = await openDynamoDB();
    const item = '{"pk":{"S":"x"},"sk":{"S":"a"},"__proto__":{"M":{"__proto__":{"S":"inner"}}}}';
    const send = (action: string, members: string) =>
      dynamodb.handler({
        target: `DynamoDB_20120810.${action}`,
        headers: {},
        body: `{"TableName":"${TABLE}",${members}}`,
      });
    await send("PutItem", `"Item":${item}`);
    const names = '"ExpressionAttributeNames":{"#p":"__proto__","#n":"n"}';
    await send(
      "UpdateItem",
      `"Key":{"pk":{"S":"x"},"sk":{"S":"a"}},"UpdateExpression":"SET #n = #p.#p REMOVE #p.#n",${names}`,
    );
    const read = await send(
      "GetItem",
      `"Key":{"pk":{"S":"x"},"sk":{"S":"a"}},"ProjectionExpression":"#n, #p.#p",${names}`,
    );
    expect(read.body).toContain('"__proto__":{"M":{"__proto__":{"S":"inner"}}}');
    expect(read.body).toContain('"n":{"S":"inner"}');
  });

  test.each([
    ['{"B":"no base64!"}', 'B must be base64 text, not \\"no base64!\\"'],
    ['{"B":"AAA"}', "B must be base64 text"],
    ['{"N":1}', "N must be a string holding a number, not 1"],
    ['{"S":"a","N":"1"}', "more than one datatypes set"],
    ['{"X":"a"}', "must contain exactly one of the supported datatypes; it has X"],
    ["{}", "it has none"],
    ["null", "an attribute value must be an object, not null"],
    ['{"L":{}}', "L must be an array, not {}"],
    ['{"BOOL":"true"}', "BOOL must be a boolean"],
    ['{"SS":[1]}', "a member of SS must be a string, not 1"],
  ])("the attribute value %s is refused", async (value, message) => {
    const { dynamodb } = await openDynamoDB();
    const reply = await dynamodb.handler({
      target: "DynamoDB_20120810.PutItem",
      headers: {},
      body: `{"TableName":"${TABLE}","Item":{"pk":{"S":"x"},"sk":{"S":"a"},"v":${value}}}`,
    });
    expect(reply.status).toBe(400);
    expect(reply.body).toContain(message);
  });
});

/** A plan by which the nth call suffers a fault. */
const nth = (index: number, fault: () => Fault): FaultPlan => ({
  before: (call) => (call.index === index ? fault() : undefined),
});

describe("faults", () => {
  test.each([
    ["throttle", "ProvisionedThroughputExceededException", 400],
    ["internal", "InternalServerError", 500],
  ] as const)("%s refuses without effect", async (kind, name, httpStatusCode) => {
    const { client } = await openDynamoDB({ faults: nth(2, () => ({ kind })) });
    await expect(client.send(GUARDED)).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode },
    });
    await expect(client.send(GUARDED)).resolves.toBeDefined();
  });

  test("a lost reply leaves its effect, and the SDK sees a network error", async () => {
    const { client } = await openDynamoDB({ faults: nth(2, () => ({ kind: "lost-reply" })) });
    await expect(client.send(GUARDED)).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(client.send(GUARDED)).rejects.toThrow("conditional");
  });

  test.each([
    ["crash-before", undefined],
    ["crash-after", key("x")],
  ] as const)("%s never answers its caller", async (kind, stored) => {
    let crash!: () => void;
    const crashed = new Promise<void>((resolve) => {
      crash = resolve;
    });
    const { client } = await openDynamoDB({ faults: nth(2, () => ({ kind, crash })) });
    const sent = client.send(GUARDED);
    await crashed;
    const read = new GetItemCommand({ TableName, Key: key("x") });
    expect((await client.send(read)).Item).toEqual(stored);
    const marker = Symbol("no answer");
    expect(await Promise.race([sent, Promise.resolve(marker)])).toBe(marker);
  });

  test.each([
    ["lost-reply", "ECONNRESET"],
    ["crash-after", "crashed"],
  ] as const)("%s befalls refusals too", async (kind, expected) => {
    let crash!: () => void;
    const crashed = new Promise<string>((resolve) => {
      crash = () => resolve("crashed");
    });
    const { dynamodb } = await openDynamoDB({ faults: nth(2, () => ({ kind, crash })) });
    const invalid = dynamodb.call("GetItem", { TableName, Key: {} });
    const answered = invalid.then(
      () => "answered",
      (error: unknown) => (error instanceof ConnectionLost ? error.code : "refused"),
    );
    expect(await Promise.race([answered, crashed])).toBe(expected);
  });

  test("every call is observed, with its outcome and what it consumed", async () => {
    const seen: Outcome[] = [];
    const faults: FaultPlan = {
      before: ({ action }) => (action === "GetItem" ? { kind: "throttle" } : undefined),
      observe: (outcome) => seen.push(outcome),
    };
    const { client } = await openDynamoDB({ faults });
    await client.send(GUARDED);
    await expect(client.send(GUARDED)).rejects.toThrow("conditional");
    const read = new GetItemCommand({ TableName, Key: key("x") });
    await expect(client.send(read)).rejects.toThrow("throughput");
    expect(seen).toMatchObject([
      { service: "dynamodb", action: "CreateTable", input: DEFINITION, index: 1 },
      { action: "PutItem", index: 2, output: {}, consumed: [{ CapacityUnits: 1 }] },
      {
        action: "PutItem",
        index: 3,
        error: { name: "ConditionalCheckFailedException" },
        consumed: [{ CapacityUnits: 1 }],
      },
      { action: "GetItem", index: 4, fault: "throttle", error: expect.any(Error) },
    ]);
  });

  test("an index that lags shows changes late and in their order", async () => {
    let lag = 1000;
    const { client, clock } = await openDynamoDB({
      faults: { indexLag: (_, index) => (index === "byTag" ? lag : 0) },
    });
    const put = (tag: string) =>
      client.send(new PutItemCommand({ TableName, Item: { ...key("x"), tag: text(tag) } }));
    const tagged = async (tag: string) => {
      const command = new QueryCommand({
        TableName,
        IndexName: "byTag",
        KeyConditionExpression: "tag = :t",
        ExpressionAttributeValues: { ":t": text(tag) },
      });
      return (await client.send(command)).Count;
    };
    await put("old");
    lag = 0;
    await put("new");
    expect([await tagged("old"), await tagged("new")]).toEqual([0, 0]);
    clock.skip(999);
    expect([await tagged("old"), await tagged("new")]).toEqual([0, 0]);
    clock.skip(1);
    expect([await tagged("old"), await tagged("new")]).toEqual([0, 1]);
  });
});
