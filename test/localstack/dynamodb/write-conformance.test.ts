import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, test } from "vitest";
import { key, number, openDynamoDB, TABLE, text } from "./test-table.ts";

let client: DynamoDBClient;

beforeEach(async () => {
  ({ client } = await openDynamoDB());
});

const TableName = TABLE;
const put = (Item: PutItemCommand["input"]["Item"]) =>
  client.send(new PutItemCommand({ TableName, Item }));
const get = async (Key: GetItemCommand["input"]["Key"]) =>
  (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
const update = (input: Omit<UpdateItemCommandInput, "TableName">) =>
  client.send(new UpdateItemCommand({ TableName, ...input }));
const refusal = (message: string | RegExp, name = "ValidationException") => ({
  name,
  message: expect.stringMatching(message),
});

describe("conditional writes", () => {
  test("a put with attribute_not_exists succeeds once", async () => {
    const input = { TableName, Item: key("c1"), ConditionExpression: "attribute_not_exists(pk)" };
    await client.send(new PutItemCommand(input));
    await expect(client.send(new PutItemCommand(input))).rejects.toBeInstanceOf(
      ConditionalCheckFailedException,
    );
  });

  test.each([
    ["PutItem", new PutItemCommand({ TableName, Item: key("c1"), ...refusing() })],
    ["DeleteItem", new DeleteItemCommand({ TableName, Key: key("c1"), ...refusing() })],
    [
      "UpdateItem",
      new UpdateItemCommand({
        TableName,
        Key: key("c1"),
        UpdateExpression: "SET z = :z",
        ExpressionAttributeValues: { ":z": number(9) },
        ...refusing(),
      }),
    ],
  ])("a refused %s returns the item that refused it", async (_, command) => {
    await put({ ...key("c1"), v: number(1) });
    await expect(client.send<never, never>(command as never)).rejects.toMatchObject({
      name: "ConditionalCheckFailedException",
      message: "The conditional request failed",
      Item: { v: { N: "1" } },
    });
    expect(await get(key("c1"))).toEqual({ ...key("c1"), v: number(1) });
  });

  test("a refusal by an item that does not exist, or without being asked, shows none", async () => {
    const condition = { ConditionExpression: "attribute_exists(pk)" };
    const command = new DeleteItemCommand({
      TableName,
      Key: key("absent"),
      ...condition,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    await expect(client.send(command)).rejects.not.toHaveProperty("Item.pk");
    await put(key("c1"));
    const quiet = new PutItemCommand({
      TableName,
      Item: key("c1"),
      ConditionExpression: "attribute_not_exists(pk)",
    });
    await expect(client.send(quiet)).rejects.not.toHaveProperty("Item.pk");
  });

  test("of 20 racing version-guarded updates one wins each version", async () => {
    await put({ ...key("race"), version: number(0) });
    for (let round = 0; round < 10; round++) {
      const attempts = Array.from({ length: 20 }, () =>
        update({
          Key: key("race"),
          UpdateExpression: "SET version = version + :one",
          ConditionExpression: "version = :seen",
          ExpressionAttributeValues: { ":one": number(1), ":seen": number(round) },
        }),
      );
      const results = await Promise.allSettled(attempts);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    }
  });

  test("100 concurrent ADDs lose none", async () => {
    const change = {
      Key: key("add"),
      UpdateExpression: "ADD n :one",
      ExpressionAttributeValues: { ":one": number(1) },
    };
    await Promise.all(Array.from({ length: 100 }, () => update(change)));
    expect(await get(key("add"))).toMatchObject({ n: { N: "100" } });
  });
});

describe("updates", () => {
  test("an update applies all four clauses at once", async () => {
    await put({
      ...key("u1"),
      n: number(5),
      l: { L: [number(1)] },
      ss: { SS: ["x", "y"] },
      m: { M: { a: number(1) } },
      gone: text("x"),
    });
    const { Attributes } = await update({
      Key: key("u1"),
      UpdateExpression:
        "REMOVE gone, m.a ADD cnt :1, ss2 :ss SET n = n + :1, o = if_not_exists(o, :0) + :1, " +
        "l = list_append(l, :l), m.b = :s DELETE ss :x",
      ExpressionAttributeValues: {
        ":1": number(1),
        ":0": number(0),
        ":l": { L: [number(2)] },
        ":s": text("q"),
        ":ss": { SS: ["p"] },
        ":x": { SS: ["x"] },
      },
      ReturnValues: "ALL_NEW",
    });
    const expected = {
      ...key("u1"),
      n: number(6),
      o: number(1),
      l: { L: [number(1), number(2)] },
      ss: { SS: ["y"] },
      ss2: { SS: ["p"] },
      m: { M: { b: text("q") } },
      cnt: number(1),
    };
    expect(Attributes).toEqual(expected);
    expect(await get(key("u1"))).toEqual(expected);
  });

  test("an update without expression makes an item of its key", async () => {
    await update({ Key: key("bare") });
    expect(await get(key("bare"))).toEqual(key("bare"));
  });

  test.each([
    ["NONE", undefined],
    ["ALL_OLD", { ...key("r"), a: number(1), m: { M: { x: number(1), y: number(2) } } }],
    ["UPDATED_OLD", { a: number(1), m: { M: { x: number(1) } } }],
    ["ALL_NEW", { ...key("r"), a: number(2), m: { M: { x: number(3), y: number(2) } } }],
    ["UPDATED_NEW", { a: number(2), m: { M: { x: number(3) } } }],
  ] as const)("ReturnValues=%s returns what it says", async (ReturnValues, expected) => {
    await put({ ...key("r"), a: number(1), m: { M: { x: number(1), y: number(2) } } });
    const { Attributes } = await update({
      Key: key("r"),
      UpdateExpression: "SET a = :two, m.x = :three",
      ExpressionAttributeValues: { ":two": number(2), ":three": number(3) },
      ReturnValues,
    });
    expect(Attributes).toEqual(expected);
  });

  test("UPDATED_OLD of a new item and ALL_OLD of no item have no attributes", async () => {
    const change = {
      Key: key("new"),
      UpdateExpression: "SET q = :q",
      ExpressionAttributeValues: { ":q": text("v") },
    };
    expect((await update({ ...change, ReturnValues: "UPDATED_OLD" })).Attributes).toBeUndefined();
    const other = { ...change, Key: key("newer") };
    expect((await update({ ...other, ReturnValues: "ALL_OLD" })).Attributes).toBeUndefined();
  });

  test("the key cannot be updated", () =>
    expect(
      update({
        Key: key("u"),
        UpdateExpression: "SET sk = :b",
        ExpressionAttributeValues: { ":b": text("b") },
      }),
    ).rejects.toMatchObject(
      refusal("Cannot update attribute sk. This attribute is part of the key"),
    ));
});

describe("deletes", () => {
  test("a delete returns the item that was there", async () => {
    await put({ ...key("d"), v: number(1) });
    const command = { TableName, Key: key("d"), ReturnValues: "ALL_OLD" as const };
    const { Attributes } = await client.send(new DeleteItemCommand(command));
    expect(Attributes).toEqual({ ...key("d"), v: number(1) });
    expect(await get(key("d"))).toBeUndefined();
    expect((await client.send(new DeleteItemCommand(command))).Attributes).toBeUndefined();
  });

  test("a put returns the item that it replaced", async () => {
    await put({ ...key("p"), v: number(1) });
    const { Attributes } = await client.send(
      new PutItemCommand({ TableName, Item: key("p"), ReturnValues: "ALL_OLD" }),
    );
    expect(Attributes).toEqual({ ...key("p"), v: number(1) });
  });
});

function refusing() {
  return {
    ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
}
