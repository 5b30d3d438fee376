import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import {
  createDynamoDB,
  DYNAMODB_CALLS,
  DYNAMODB_SETUP_CALLS,
} from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import { DEFINITION, key, number, openDynamoDB, TABLE, text } from "./test-table.ts";

const TableName = TABLE;

describe("tables", () => {
  test("a table is described as it was made", async () => {
    const { client } = await openDynamoDB();
    const waited = await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName });
    expect(waited.state).toBe("SUCCESS");
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableName,
      TableStatus: "ACTIVE",
      KeySchema: DEFINITION.KeySchema,
      AttributeDefinitions: DEFINITION.AttributeDefinitions,
      CreationDateTime: new Date(Date.UTC(2026, 0, 1)),
      ItemCount: 0,
    });
    expect(Table?.GlobalSecondaryIndexes).toMatchObject(
      DEFINITION.GlobalSecondaryIndexes.map((index) => ({ ...index, IndexStatus: "ACTIVE" })),
    );
  });

  test("a table counts its items and their bytes", async () => {
    const { client } = await openDynamoDB();
    await client.send(new PutItemCommand({ TableName, Item: key("one") }));
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ ItemCount: 1, TableSizeBytes: "pkonesk".length + 1 });
  });

  test("a table that exists is not made again, and one that does not is not found", async () => {
    const { client } = await openDynamoDB();
    await expect(client.send(new CreateTableCommand(DEFINITION))).rejects.toMatchObject({
      name: "ResourceInUseException",
    });
    const missing = new GetItemCommand({ TableName: "missing", Key: key("a") });
    await expect(client.send(missing)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Requested resource not found: Table: missing not found",
    });
  });

  test.each([
    [{ TableName: "a b" }, 'TableName "a b" must be'],
    [{ BillingMode: "PROVISIONED" }, "BillingMode must be one of PAY_PER_REQUEST"],
    [{ StreamSpecification: { StreamEnabled: true } }, "has the member StreamSpecification"],
    [{ KeySchema: DEFINITION.KeySchema.toReversed() }, "KeySchema must hold a HASH key"],
    [{ KeySchema: [] }, "KeySchema must hold a HASH key"],
    [{ GlobalSecondaryIndexes: [] }, "Some AttributeDefinitions are not used"],
    [{ AttributeDefinitions: [] }, "are not defined in AttributeDefinitions. Keys: [pk]"],
    [
      {
        GlobalSecondaryIndexes: DEFINITION.GlobalSecondaryIndexes.map((index) => ({
          ...index,
          Projection: { ProjectionType: "INCLUDE" },
        })),
      },
      "INCLUDE needs them",
    ],
    [
      {
        GlobalSecondaryIndexes: [
          ...DEFINITION.GlobalSecondaryIndexes,
          DEFINITION.GlobalSecondaryIndexes[0],
        ],
      },
      "Duplicate index name",
    ],
  ])("a definition with %j is refused", async (change, message) => {
    const dynamodb = createDynamoDB();
    const made = dynamodb.call("CreateTable", { ...DEFINITION, ...change });
    await expect(made).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(message),
    });
  });
});

/** A table whose items expire by the attribute `exp`. */
async function openWithTtl() {
  const opened = await openDynamoDB();
  const TimeToLiveSpecification = { AttributeName: "exp", Enabled: true };
  const enable = new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification });
  await opened.client.send(enable);
  return { ...opened, enable };
}

describe("time to live", () => {
  test("is described as it was set, and not set twice", async () => {
    const { client, enable } = await openWithTtl();
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName }),
    );
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "exp" });
    await expect(client.send(enable)).rejects.toMatchObject({
      message: "TimeToLive is already enabled",
    });
  });

  test("can be disabled by naming its attribute", async () => {
    const { client, dynamodb } = await openWithTtl();
    const disable = (AttributeName: string) =>
      dynamodb.call("UpdateTimeToLive", {
        TableName,
        TimeToLiveSpecification: { AttributeName, Enabled: false },
      });
    await expect(disable("other")).rejects.toMatchObject({
      message: expect.stringContaining("current AttributeName is exp"),
    });
    await disable("exp");
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName }),
    );
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "DISABLED" });
  });

  test("removes items once their second has come, from the indexes too", async () => {
    const { client, dynamodb, clock } = await openWithTtl();
    const seconds = clock.now() / 1000;
    const put = (sk: string, exp: ReturnType<typeof text> | ReturnType<typeof number>) =>
      client.send(
        new PutItemCommand({ TableName, Item: { ...key("t", sk), exp, tag: text("t") } }),
      );
    await put("soon", number(seconds + 60));
    await put("later", number(seconds + 61));
    await put("text", text(String(seconds)));
    await put("ancient", number(seconds - 6 * 365 * 24 * 3600));
    clock.skip(59_999);
    expect(await dynamodb.expire()).toBe(0);
    clock.skip(1);
    expect(await dynamodb.expire()).toBe(1);
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: "byTag",
        KeyConditionExpression: "tag = :t",
        ExpressionAttributeValues: { ":t": text("t") },
      }),
    );
    expect(Items?.map(({ sk }) => sk?.S)).toEqual(["ancient", "later", "text"]);
  });
});

describe("the closed list of calls", () => {
  test("set-up calls and calls of the product are apart, and there are no others", () => {
    expect(DYNAMODB_CALLS).toEqual([
      "BatchGetItem",
      "DeleteItem",
      "GetItem",
      "PutItem",
      "Query",
      "UpdateItem",
    ]);
    expect(DYNAMODB_SETUP_CALLS).toEqual([
      "CreateTable",
      "DescribeTable",
      "DescribeTimeToLive",
      "UpdateTimeToLive",
    ]);
  });

  test.each([
    ["Scan", new ScanCommand({ TableName })],
    ["TransactWriteItems", new TransactWriteItemsCommand({ TransactItems: [] })],
  ])("%s is refused by name", async (name, command) => {
    const { client } = await openDynamoDB();
    await expect(client.send<never, never>(command as never)).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringContaining(`${name} is not implemented by the embedded DynamoDB`),
    });
  });

  test.each(["toString", "constructor", ""])("the action %j is no call", async (action) => {
    await expect(createDynamoDB().call(action, {})).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
  });

  test.each([...DYNAMODB_CALLS, ...DYNAMODB_SETUP_CALLS])(
    "%s refuses a member that it does not know",
    async (action) => {
      const { dynamodb } = await openDynamoDB();
      await expect(dynamodb.call(action, { Expected: {} })).rejects.toMatchObject({
        name: "ValidationException",
        message: expect.stringMatching(new RegExp(`^${action} has the member Expected, which`)),
      });
    },
  );

  test("a missing member and one of the wrong type are named", async () => {
    const { dynamodb } = await openDynamoDB();
    await expect(dynamodb.call("GetItem", { TableName })).rejects.toThrow(
      "GetItem needs the member Key: an object",
    );
    await expect(dynamodb.call("GetItem", { TableName, Key: "x" })).rejects.toThrow(
      'GetItem: Key must be an object, not "x"',
    );
  });
});
