import { beforeEach, describe, expect, test } from "vitest";
import type { DynamoDB } from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import type { Members } from "../../../localstack/embedded/faults.ts";
import { key, openDynamoDB, TABLE, text } from "./test-table.ts";

const TableName = TABLE;
const Key = key("r");
let dynamodb: DynamoDB;

beforeEach(async () => {
  ({ dynamodb } = await openDynamoDB());
});

/** What a request is refused with, in the words of a client that no SDK watches over. */
const refusalOf = (action: string, input: Members) =>
  dynamodb.call(action, { TableName, ...input }).then(
    () => "none",
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe("a request that no SDK has checked", () => {
  test("an expression that is empty is refused, also after requests without one", async () => {
    await dynamodb.call("PutItem", { TableName, Item: Key });
    await dynamodb.call("UpdateItem", { TableName, Key });
    expect(await refusalOf("PutItem", { Item: Key, ConditionExpression: "" })).toMatch(
      /^ValidationException: Invalid ConditionExpression: The expression can not be empty/,
    );
    expect(await refusalOf("UpdateItem", { Key, UpdateExpression: "" })).toMatch(
      /^ValidationException: Invalid UpdateExpression: The expression can not be empty/,
    );
  });

  test("names that are an empty map are refused, also after requests without names", async () => {
    await dynamodb.call("PutItem", { TableName, Item: Key });
    expect(await refusalOf("PutItem", { Item: Key, ExpressionAttributeNames: {} })).toMatch(
      /^ValidationException: ExpressionAttributeNames/,
    );
  });

  test("a table's name that is empty is no name, rather than that of a table that is missing", async () => {
    expect(await refusalOf("GetItem", { Key, TableName: "" })).toMatch(
      /^ValidationException: .*TableName/,
    );
    expect(await refusalOf("GetItem", { Key, TableName: "missing" })).toMatch(
      /^ResourceNotFoundException/,
    );
  });

  test.each<[string, Members]>([
    ["GetItem", { Key, ConsistentRead: "true" }],
    ["GetItem", { Key, TableName: 5 }],
    ["GetItem", { Key: [] }],
    ["PutItem", { Item: Key, ConditionExpression: 5 }],
    ["GetItem", { Key, ProjectionExpression: "#a", ExpressionAttributeNames: { "#a": 5 } }],
    ["Query", { KeyConditionExpression: "pk = :p", Limit: "1" }],
  ])("a member of %s with another type than its own cannot be read: %j", async (action, input) => {
    expect(await refusalOf(action, input)).toMatch(/^SerializationException/);
  });

  test.each<[string, Members]>([
    ["PutItem", { Item: Key, ReturnValues: "UPDATED_NEW" }],
    ["Query", { KeyConditionExpression: "pk = :p", Limit: 0 }],
  ])("a member of %s with a value that is not allowed is refused: %j", async (action, input) => {
    expect(await refusalOf(action, input)).toMatch(/^ValidationException/);
  });

  test.each([" 1", "1 ", "1\n"])("a number with a space, as %j, is none", async (N) => {
    expect(await refusalOf("PutItem", { Item: { ...Key, n: { N } } })).toMatch(
      /^ValidationException: .*numeric value/,
    );
  });
});

describe("an update of an item that is missing", () => {
  const all = async () => (await dynamodb.call("GetItem", { TableName, Key }))["Item"];

  test.each(["REMOVE a", "REMOVE a.b, l[0]", "DELETE s :s"])(
    "makes none when there is only something to take away: %s",
    async (UpdateExpression) => {
      const answer = await dynamodb.call("UpdateItem", {
        TableName,
        Key,
        UpdateExpression,
        ...(UpdateExpression.includes(":s") && {
          ExpressionAttributeValues: { ":s": { SS: ["a"] } },
        }),
        ReturnValues: "ALL_NEW",
      });
      expect(answer).toEqual({});
      expect(await all()).toBeUndefined();
    },
  );

  test("makes it when a part to be removed is missing as well", async () => {
    await dynamodb.call("UpdateItem", {
      TableName,
      Key,
      UpdateExpression: "SET a = :a REMOVE l[0]",
      ExpressionAttributeValues: { ":a": text("x") },
    });
    expect(await all()).toEqual({ ...Key, a: text("x") });
  });

  test("makes it when nothing is to be changed at all", async () => {
    await dynamodb.call("UpdateItem", { TableName, Key });
    expect(await all()).toEqual(Key);
  });
});
