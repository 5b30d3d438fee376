import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../localstack/embedded/faults.ts";
import { key, number, openDynamoDB, TABLE, text } from "./test-table.ts";

const TableName = TABLE;
const INDEXES = { TableName, ReturnConsumedCapacity: "INDEXES" as const };

/** A database, with the consumption of all its calls, be they refused. */
async function openWatched() {
  const outcomes: Outcome[] = [];
  const opened = await openDynamoDB({ faults: { observe: (outcome) => outcomes.push(outcome) } });
  return {
    ...opened,
    /** Units of the last call: of the table, then of each index that consumed any. */
    last: () => {
      const [consumed] = outcomes.at(-1)?.consumed ?? [];
      const { Table, GlobalSecondaryIndexes = {} } = (consumed ?? {}) as {
        Table?: { CapacityUnits: number };
        GlobalSecondaryIndexes?: Record<string, { CapacityUnits: number }>;
      };
      const indexes = Object.entries(GlobalSecondaryIndexes);
      return [
        Table?.CapacityUnits,
        ...indexes.map(([name, one]) => `${name} ${one.CapacityUnits}`),
      ];
    },
  };
}

/** A string attribute that makes an item of key("x") just `kilobytes` large. */
const filler = (kilobytes: number) =>
  text("x".repeat(kilobytes * 1024 - "pk".length - "x".length - "sk".length - "a".length - 1));

describe("consumed capacity of writes", () => {
  test("a write costs one unit a started kilobyte of the larger of old and new", async () => {
    const { client, last } = await openWatched();
    const put = (d: ReturnType<typeof text>) =>
      client.send(new PutItemCommand({ TableName, Item: { ...key("x"), d } }));
    await put(text(""));
    expect(last()).toEqual([1]);
    await put(filler(2));
    expect(last()).toEqual([2]);
    await put({ S: `${filler(2).S}y` });
    expect(last()).toEqual([3]);
    await put(text(""));
    expect(last()).toEqual([3]);
    await client.send(new DeleteItemCommand({ TableName, Key: key("x") }));
    expect(last()).toEqual([1]);
    await client.send(new DeleteItemCommand({ TableName, Key: key("x") }));
    expect(last()).toEqual([1]);
  });

  test("an update costs by the whole item", async () => {
    const { client, last } = await openWatched();
    await client.send(new PutItemCommand({ TableName, Item: { ...key("x"), d: filler(3) } }));
    const change = {
      TableName,
      Key: key("x"),
      UpdateExpression: "SET n = :n",
      ExpressionAttributeValues: { ":n": number(1) },
    };
    await client.send(new UpdateItemCommand(change));
    expect(last()).toEqual([4]);
  });

  test("a refused write consumes by the size of the item all the same", async () => {
    const { client, last } = await openWatched();
    const guarded = { TableName, ConditionExpression: "attribute_not_exists(pk)" };
    await client.send(new PutItemCommand({ TableName, Item: { ...key("x"), d: filler(2) } }));
    const put = (d: ReturnType<typeof text>) =>
      client.send(new PutItemCommand({ ...guarded, Item: { ...key("x"), d } }));
    await expect(put(text(""))).rejects.toThrow("conditional");
    expect(last()).toEqual([2]);
    await expect(put(filler(5))).rejects.toThrow("conditional");
    expect(last()).toEqual([5]);
    const absent = { TableName, Key: key("none"), ConditionExpression: "attribute_exists(pk)" };
    await expect(client.send(new DeleteItemCommand(absent))).rejects.toThrow("conditional");
    expect(last()).toEqual([1]);
  });

  test("an index costs for entries that come, go, move and change, by their size", async () => {
    const { client, last } = await openWatched();
    const put = (attributes: Record<string, ReturnType<typeof text>>) =>
      client.send(new PutItemCommand({ TableName, Item: { ...key("x"), ...attributes } }));
    const large = text("x".repeat(1500));
    await put({ tag: text("one"), d: large });
    expect(last()).toEqual([2, "byTag 1"]);
    await put({ tag: text("one"), d: text("small") });
    expect(last()).toEqual([2]);
    await put({ tag: text("two"), d: text("small") });
    expect(last()).toEqual([1, "byTag 2"]);
    await put({ d: text("small") });
    expect(last()).toEqual([1, "byTag 1"]);
    const hash = { hash: { B: new Uint8Array([1]) } } as never as { hash: never };
    await put({ ...hash, title: text("t") });
    expect(last()).toEqual([1, "byHash 1"]);
    await put({ ...hash, title: large });
    expect(last()).toEqual([2, "byHash 2"]);
    await put({ ...hash, title: large, d: text("not projected") });
    expect(last()).toEqual([2]);
    await client.send(new DeleteItemCommand({ TableName, Key: key("x") }));
    expect(last()).toEqual([2, "byHash 2"]);
  });

  test("TOTAL adds up what INDEXES shows apart, and NONE shows nothing", async () => {
    const { client } = await openDynamoDB();
    const Item = { ...key("x"), tag: text("t") };
    const put = (detail: "INDEXES" | "TOTAL" | "NONE") =>
      client.send(new PutItemCommand({ TableName, Item, ReturnConsumedCapacity: detail }));
    expect((await put("INDEXES")).ConsumedCapacity).toEqual({
      TableName,
      CapacityUnits: 2,
      Table: { CapacityUnits: 1 },
      GlobalSecondaryIndexes: { byTag: { CapacityUnits: 1 } },
    });
    await client.send(new DeleteItemCommand({ TableName, Key: key("x") }));
    expect((await put("TOTAL")).ConsumedCapacity).toEqual({ TableName, CapacityUnits: 2 });
    expect((await put("NONE")).ConsumedCapacity).toBeUndefined();
  });
});

describe("consumed capacity of reads", () => {
  test("a read costs one unit a started four kilobytes, half of it if not consistent", async () => {
    const { client } = await openDynamoDB();
    await client.send(new PutItemCommand({ TableName, Item: { ...key("x"), d: filler(5) } }));
    const units = async (pk: string, ConsistentRead: boolean) => {
      const command = new GetItemCommand({ ...INDEXES, Key: key(pk), ConsistentRead });
      return (await client.send(command)).ConsumedCapacity?.Table?.CapacityUnits;
    };
    expect(await units("x", true)).toBe(2);
    expect(await units("x", false)).toBe(1);
    expect(await units("none", true)).toBe(1);
    expect(await units("none", false)).toBe(0.5);
  });

  test("a query costs by the sum of what it looks at, filtered or not", async () => {
    const { client } = await openDynamoDB();
    for (const sk of ["1", "2", "3", "4", "5"]) {
      const Item = { ...key("q", sk), tag: text("t"), d: text("x".repeat(1000)) };
      await client.send(new PutItemCommand({ TableName, Item }));
    }
    const query = async (input: Partial<QueryCommand["input"]>) => {
      const command = new QueryCommand({
        ...INDEXES,
        KeyConditionExpression: "pk = :p",
        ExpressionAttributeValues: { ":p": text("q") },
        ...input,
      });
      return (await client.send(command)).ConsumedCapacity;
    };
    expect(await query({ ConsistentRead: true })).toMatchObject({ CapacityUnits: 2 });
    expect(await query({ FilterExpression: "d = :p" })).toMatchObject({ CapacityUnits: 1 });
    expect(await query({ Limit: 1 })).toMatchObject({ CapacityUnits: 0.5 });
    const byTag = {
      IndexName: "byTag",
      KeyConditionExpression: "tag = :t",
      ExpressionAttributeValues: { ":t": text("t") },
    };
    expect(await query(byTag)).toEqual({
      TableName,
      CapacityUnits: 0.5,
      Table: { CapacityUnits: 0 },
      GlobalSecondaryIndexes: { byTag: { CapacityUnits: 0.5 } },
    });
  });
});
