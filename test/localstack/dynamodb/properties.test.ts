import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AwsError } from "../../../localstack/embedded/aws-error.ts";
import { createDynamoDB, type DynamoDB } from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import type { AttributeValue, Item } from "../../../localstack/embedded/dynamodb/item.ts";
import { itemSize } from "../../../localstack/embedded/dynamodb/item-size.ts";
import { compareNumbers } from "../../../localstack/embedded/dynamodb/number.ts";
import type { Members } from "../../../localstack/embedded/faults.ts";
import { DEFINITION, key, TABLE, text } from "./test-table.ts";

const TableName = TABLE;
const short = (...letters: string[]) => fc.constantFrom(...letters);

/** A database with the table. */
async function open(): Promise<DynamoDB> {
  const dynamodb = createDynamoDB();
  await dynamodb.call("CreateTable", DEFINITION);
  return dynamodb;
}

/** All items of all pages of a query. */
async function readAll(dynamodb: DynamoDB, input: Members): Promise<Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: unknown;
  do {
    const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await dynamodb.call("Query", {
      TableName,
      ...input,
      ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
    });
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}

/** Everything in the partition `p`. */
const everything = (dynamodb: DynamoDB): Promise<Item[]> =>
  readAll(dynamodb, {
    KeyConditionExpression: "pk = :p",
    ExpressionAttributeValues: { ":p": text("p") },
  });

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe("properties", () => {
  test("a query gives each range in the order of the keys' bytes, whatever its pages", async () => {
    const unit = fc.constantFrom("a", "b", "\u{7f}", "ü", "\u{ffee}", "\u{1f600}");
    const sortKey = fc.string({ unit, minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(sortKey, { maxLength: 20 }),
        fc.tuple(sortKey, sortKey),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (keys, bounds, ScanIndexForward, Limit) => {
          const dynamodb = await open();
          for (const sk of keys) await dynamodb.call("PutItem", { TableName, Item: key("p", sk) });
          const [low = "", high = ""] = bounds.toSorted(byBytes);
          const found = await readAll(dynamodb, {
            KeyConditionExpression: "pk = :p AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues: { ":p": text("p"), ":low": text(low), ":high": text(high) },
            ScanIndexForward,
            Limit,
          });
          const expected = keys
            .filter((sk) => byBytes(sk, low) >= 0 && byBytes(sk, high) <= 0)
            .toSorted(byBytes);
          const order = ScanIndexForward ? expected : expected.toReversed();
          expect(found.map(({ sk }) => sk?.S)).toEqual(order);
          const prefixed = await readAll(dynamodb, {
            KeyConditionExpression: "pk = :p AND begins_with(sk, :low)",
            ExpressionAttributeValues: { ":p": text("p"), ":low": text(low) },
          });
          const withPrefix = keys.filter((sk) => sk.startsWith(low)).toSorted(byBytes);
          expect(prefixed.map(({ sk }) => sk?.S)).toEqual(withPrefix);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("an index always equals what its table's items say", async () => {
    const change = fc.record(
      {
        sk: short("1", "2", "3", "4"),
        group: short("g", "h"),
        rank: short("1", "2", "-3", "0.5"),
        tag: short("t", "u"),
        kind: short("put", "update", "delete"),
      },
      { requiredKeys: ["sk", "kind"] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 40 }), async (changes) => {
        const dynamodb = await open();
        for (const one of changes) await apply(dynamodb, one);
        const items = await everything(dynamodb);
        for (const group of ["g", "h"]) {
          const entries = await readAll(dynamodb, {
            IndexName: "byRank",
            KeyConditionExpression: "#g = :g",
            ExpressionAttributeNames: { "#g": "group" },
            ExpressionAttributeValues: { ":g": text(group) },
            Limit: 2,
          });
          const expected = items.filter((item) => item["group"]?.S === group && item["rank"]);
          expect(new Set(entries)).toEqual(new Set(expected));
          const ranks = entries.map((entry) => entry["rank"]?.N ?? "");
          expect(ranks).toEqual(ranks.toSorted(compareNumbers));
        }
      }),
      { numRuns: 100 },
    );
  });

  test("no update expression corrupts an item's size, or an item by its failure", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 30 }), async (actions) => {
        const dynamodb = await open();
        for (const { expression, value } of actions) {
          const before = await everything(dynamodb);
          const update = dynamodb.call("UpdateItem", {
            TableName,
            Key: key("p"),
            UpdateExpression: expression,
            ...(expression.includes(":v") && { ExpressionAttributeValues: { ":v": value } }),
          });
          const error: unknown = await update.then(
            () => undefined,
            (reason: unknown) => reason,
          );
          const after = await everything(dynamodb);
          const isClean = error instanceof AwsError && isDeepStrictEqual(after, before);
          expect(error === undefined || isClean).toBe(true);
          const { Table } = (await dynamodb.call("DescribeTable", { TableName })) as {
            Table: { TableSizeBytes: number };
          };
          expect(Table.TableSizeBytes).toBe(after.reduce((sum, item) => sum + itemSize(item), 0));
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Puts, updates or deletes the item of a sort key. */
async function apply(
  dynamodb: DynamoDB,
  change: { sk: string; kind: string; group?: string; rank?: string; tag?: string },
): Promise<void> {
  const Key = key("p", change.sk);
  const attributes: Record<string, AttributeValue> = {};
  if (change.group !== undefined) attributes["group"] = { S: change.group };
  if (change.rank !== undefined) attributes["rank"] = { N: change.rank };
  if (change.tag !== undefined) attributes["tag"] = { S: change.tag };
  const [name] = Object.keys(attributes);
  if (change.kind === "put") {
    await dynamodb.call("PutItem", { TableName, Item: { ...Key, ...attributes } });
  } else if (change.kind === "delete") {
    await dynamodb.call("DeleteItem", { TableName, Key });
  } else if (name !== undefined) {
    await dynamodb.call("UpdateItem", {
      TableName,
      Key,
      UpdateExpression: change.rank === "0.5" ? "REMOVE #n" : "SET #n = :v",
      ExpressionAttributeNames: { "#n": name },
      ...(change.rank !== "0.5" && { ExpressionAttributeValues: { ":v": attributes[name] } }),
    });
  }
}

const path = short("a", "b", "m", "l", "m.x", "m.y", "l[0]", "l[1]", "l[5]", "m.x.z", "tag");
const value = fc.oneof(
  fc.integer().map((n): AttributeValue => ({ N: String(n) })),
  fc.string({ maxLength: 5 }).map((S): AttributeValue => ({ S })),
  fc.constantFrom<AttributeValue>(
    { L: [{ S: "ü" }] },
    { M: { x: { N: "1" } } },
    { SS: ["a", "bc"] },
    { NS: ["1", "-2.5"] },
    { M: { x: { M: {} } } },
  ),
);
const action = fc.record({
  expression: fc
    .tuple(
      fc.constantFrom(
        (one: string) => `SET ${one} = :v`,
        (one: string, two: string) => `SET ${one} = ${two}`,
        (one: string, two: string) => `SET ${one} = ${two} + :v`,
        (one: string, two: string) => `SET ${one} = list_append(if_not_exists(${two}, :v), :v)`,
        (one: string, two: string) => `SET ${one} = :v REMOVE ${two}`,
        (one: string, two: string) => `REMOVE ${one}, ${two}`,
        (one: string) => `ADD ${one} :v`,
        (one: string) => `DELETE ${one} :v`,
      ),
      path,
      path,
    )
    .map(([write, one, two]) => write(one, two)),
  value,
});
