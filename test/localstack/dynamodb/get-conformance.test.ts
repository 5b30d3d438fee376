import {
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, test } from "vitest";
import { key, number, openDynamoDB, TABLE, text } from "./test-table.ts";

const TableName = TABLE;
let client: DynamoDBClient;

beforeEach(async () => {
  ({ client } = await openDynamoDB());
});

const put = (Item: PutItemCommand["input"]["Item"]) =>
  client.send(new PutItemCommand({ TableName, Item }));
const invalid = (message: string) => ({
  name: "ValidationException",
  message: expect.stringContaining(message),
});

/** Reads items of the table by their keys. */
const batch = (Keys: ReturnType<typeof key>[]) =>
  client.send(new BatchGetItemCommand({ RequestItems: { [TABLE]: { Keys } } }));

describe("reads of single items", () => {
  test("a projection keeps nested parts and closes up lists", async () => {
    await put({
      ...key("p"),
      l: { L: [number(0), number(1), { M: { x: number(2), y: number(3) } }] },
      m: { M: { a: text("A"), b: text("B") } },
    });
    const { Item } = await client.send(
      new GetItemCommand({
        TableName,
        Key: key("p"),
        ProjectionExpression: "l[2].x, #m.b, l[0], m.a, absent.x",
        ExpressionAttributeNames: { "#m": "m" },
      }),
    );
    expect(Item).toEqual({
      l: { L: [number(0), { M: { x: number(2) } }] },
      m: { M: { a: text("A"), b: text("B") } },
    });
  });

  test("an item that does not exist is no error", async () => {
    const reply = await client.send(new GetItemCommand({ TableName, Key: key("none") }));
    expect(reply.Item).toBeUndefined();
  });

  test("a batch returns the items that exist", async () => {
    for (const sk of ["1", "2", "3"]) await put({ ...key("b", sk), v: text(sk) });
    const Keys = ["3", "1", "none"].map((sk) => key("b", sk));
    const reply = await client.send(
      new BatchGetItemCommand({
        RequestItems: { [TABLE]: { Keys, ConsistentRead: true, ProjectionExpression: "v" } },
        ReturnConsumedCapacity: "TOTAL",
      }),
    );
    expect(reply.Responses).toEqual({ [TABLE]: [{ v: text("3") }, { v: text("1") }] });
    expect(reply.UnprocessedKeys).toEqual({});
    expect(reply.ConsumedCapacity).toEqual([{ TableName: TABLE, CapacityUnits: 3 }]);
  });

  test("a batch takes 1 to 100 different keys", async () => {
    const keys = Array.from({ length: 101 }, (_, at) => key("b", String(at)));
    await expect(batch(keys.slice(1))).resolves.toBeDefined();
    await expect(batch(keys)).rejects.toMatchObject(invalid("Too many items requested"));
    await expect(batch([])).rejects.toMatchObject(invalid("cannot be null or empty"));
    await expect(batch([key("b"), key("b")])).rejects.toMatchObject(invalid("duplicates"));
  });

  test("what a batch has no room for is left to the caller", async () => {
    const sortKeysOf = Array.from({ length: 50 }, (_, at) => String(at));
    for (const sk of sortKeysOf) await put({ ...key("l", sk), d: text("x".repeat(400_000)) });
    const Keys = sortKeysOf.map((sk) => key("l", sk));
    const reply = await batch(Keys);
    const read = reply.Responses?.[TABLE]?.length ?? 0;
    expect(read).toBe(41);
    expect(reply.UnprocessedKeys?.[TABLE]?.Keys).toEqual(Keys.slice(read));
  });
});
