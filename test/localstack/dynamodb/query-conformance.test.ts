import {
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  UpdateItemCommand,
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
const query = (input: Omit<QueryCommandInput, "TableName">) =>
  client.send(new QueryCommand({ TableName, ...input }));
const sortKeys = ({ Items }: QueryCommandOutput) => Items?.map(({ sk }) => sk?.S);
const invalid = (message: string) => ({
  name: "ValidationException",
  message: expect.stringContaining(message),
});

/** All pages of a query. */
async function pagesOf(input: Omit<QueryCommandInput, "TableName">) {
  const pages: QueryCommandOutput[] = [];
  let ExclusiveStartKey: QueryCommandInput["ExclusiveStartKey"];
  do {
    const page = await query({ ...input, ExclusiveStartKey });
    pages.push(page);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return pages;
}

/** A key condition of the partition `q` with a term about the sort key. */
const range = (condition: string, values: Record<string, string>) => ({
  KeyConditionExpression: `pk = :p AND ${condition}`,
  ExpressionAttributeValues: Object.fromEntries(
    Object.entries({ ":p": "q", ...values }).map(([name, value]) => [name, text(value)]),
  ),
});

/** The ranks of all items of some pages, in order. */
const ranks = (pages: QueryCommandOutput[]) =>
  pages.flatMap(({ Items }) => Items?.map((item) => item["rank"]?.N));

describe("a query of the table", () => {
  const partition = {
    KeyConditionExpression: "pk = :p",
    ExpressionAttributeValues: { ":p": text("q") },
  };
  beforeEach(async () => {
    for (let i = 0; i < 25; i++) {
      await put({ ...key("q", String(i).padStart(3, "0")), f: number(i % 2) });
    }
    await put(key("other", "000"));
  });

  test.each([
    ["sk = :a", { ":a": "003" }, 1, "003"],
    ["sk < :a", { ":a": "003" }, 3, "000"],
    ["sk <= :a", { ":a": "003" }, 4, "000"],
    ["sk > :a", { ":a": "003" }, 21, "004"],
    ["sk >= :a", { ":a": "003" }, 22, "003"],
    [":a = sk", { ":a": "003" }, 1, "003"],
    [":a > sk", { ":a": "003" }, 3, "000"],
    [":a >= sk", { ":a": "003" }, 4, "000"],
    [":a < sk", { ":a": "003" }, 21, "004"],
    [":a <= sk", { ":a": "003" }, 22, "003"],
    ["sk BETWEEN :a AND :b", { ":a": "003", ":b": "006" }, 4, "003"],
    ["begins_with(sk, :a)", { ":a": "01" }, 10, "010"],
    ["begins_with ( sk , :a )", { ":a": "x" }, 0, undefined],
  ])("%s selects its range", async (condition, values, count, first) => {
    const page = await query(range(condition, values));
    expect(page.Count).toBe(count);
    expect(page.Items?.[0]?.["sk"]?.S).toBe(first);
    expect(page.LastEvaluatedKey).toBeUndefined();
  });

  test("descending order begins at the end", async () => {
    const page = await query({ ...partition, ScanIndexForward: false, Limit: 2 });
    expect(sortKeys(page)).toEqual(["024", "023"]);
  });

  test.each([true, false])("pages continue each other, forward %s", async (ScanIndexForward) => {
    const pages = await pagesOf({ ...partition, Limit: 7, ScanIndexForward });
    expect(pages.map(({ Count }) => Count)).toEqual([7, 7, 7, 4]);
    const ascending = Array.from({ length: 25 }, (_, i) => String(i).padStart(3, "0"));
    const expected = ScanIndexForward ? ascending : ascending.toReversed();
    expect(pages.flatMap(sortKeys)).toEqual(expected);
  });

  test("a page that fills up exactly at the last item has a continuation, then an empty page", async () => {
    const pages = await pagesOf({ ...partition, Limit: 25 });
    expect(pages.map(({ Count }) => Count)).toEqual([25, 0]);
    expect(pages[0]?.LastEvaluatedKey).toEqual(key("q", "024"));
  });

  test("a continuation works after its item was deleted", async () => {
    const page = await query({ ...partition, ExclusiveStartKey: key("q", "0205"), Limit: 1 });
    expect(sortKeys(page)).toEqual(["021"]);
  });

  test("a filter drops items after they are counted, and a projection keeps what it names", async () => {
    const page = await query({
      ...partition,
      FilterExpression: "f = :f",
      ProjectionExpression: "sk",
      ExpressionAttributeValues: { ":p": text("q"), ":f": number(1) },
    });
    expect(page).toMatchObject({ Count: 12, ScannedCount: 25 });
    expect(page.Items?.[0]).toEqual({ sk: text("001") });
  });

  test("COUNT returns no items", async () => {
    const page = await query({ ...partition, Select: "COUNT" });
    expect(page).toMatchObject({ Count: 25, ScannedCount: 25 });
    expect(page.Items).toBeUndefined();
  });

  test("a page ends with the item that brings it to 1 MB", async () => {
    for (const sk of ["0", "1", "2", "3"])
      await put({ ...key("mb", sk), d: text("x".repeat(390_000)) });
    const large = { ...partition, ExpressionAttributeValues: { ":p": text("mb") } };
    const pages = await pagesOf(large);
    expect(pages.map(({ Count }) => Count)).toEqual([3, 1]);
  });

  test.each([
    ["sk = :p", "Query condition missed key schema element: pk"],
    ["pk > :p", "Query key condition not supported"],
    ["pk = :p OR sk = :p", "Invalid operator used in KeyConditionExpression: OR"],
    ["pk = :p AND sk <> :p", "Invalid operator used in KeyConditionExpression: <>"],
    ["pk = :p AND f = :p", "f is not part of the key"],
    ["pk = :p AND sk = :p AND sk = :p", "Query key condition not supported"],
    [":p = :p", "must have a key attribute"],
    ["pk = :p AND sk BETWEEN :p AND sk", "must compare a key attribute with values"],
  ])("the key condition %s is refused", async (KeyConditionExpression, message) => {
    await expect(query({ ...partition, KeyConditionExpression })).rejects.toMatchObject(
      invalid(message),
    );
  });

  test("values that do not fit the key are refused", async () => {
    const ExpressionAttributeValues = { ":p": number(1) };
    await expect(query({ ...partition, ExpressionAttributeValues })).rejects.toMatchObject(
      invalid("Condition parameter type does not match schema type"),
    );
    await expect(query(range("sk = :a", { ":a": "" }))).rejects.toMatchObject(
      invalid("cannot contain an empty string value. Key: sk"),
    );
    await expect(
      query(range("sk BETWEEN :a AND :b", { ":a": "b", ":b": "a" })),
    ).rejects.toMatchObject(invalid("The BETWEEN operator requires"));
  });

  test("a filter on a key attribute, and a continuation of another query, are refused", async () => {
    await expect(query({ ...partition, FilterExpression: "sk = :p" })).rejects.toMatchObject(
      invalid("Primary key attribute: sk"),
    );
    await expect(
      query({ ...partition, ExclusiveStartKey: key("other", "000") }),
    ).rejects.toMatchObject(invalid("outside query boundaries"));
    await expect(
      query({ ...partition, ExclusiveStartKey: { pk: text("q") } }),
    ).rejects.toMatchObject(invalid("The provided starting key is invalid"));
  });

  test.each([
    [{ Select: "ALL_PROJECTED_ATTRIBUTES" }, "only when Querying using an IndexName"],
    [{ Select: "SPECIFIC_ATTRIBUTES" }, "Must specify the ProjectionExpression"],
    [{ Select: "COUNT", ProjectionExpression: "sk" }, "Cannot specify the ProjectionExpression"],
    [{ Limit: 0 }, "Limit must be an integer greater than or equal to 1, not 0"],
    [{ IndexName: "missing" }, "does not have the specified index: missing"],
  ] as const)("%j is refused", async (options, message) => {
    await expect(query({ ...partition, ...options })).rejects.toMatchObject(invalid(message));
  });
});

describe("a query of an index", () => {
  const byRank = {
    IndexName: "byRank",
    KeyConditionExpression: "#group = :g",
    ExpressionAttributeNames: { "#group": "group" },
    ExpressionAttributeValues: { ":g": text("G") },
  };

  test("orders numbers by magnitude, also across pages and when ranks are equal", async () => {
    for (const [at, rank] of ["10", "9", "-1", "-10", "0.5", "9", "9"].entries()) {
      await put({ ...key("i", String(at)), group: text("G"), rank: number(rank) });
    }
    const ordered = ["-10", "-1", "0.5", "9", "9", "9", "10"];
    expect(ranks(await pagesOf({ ...byRank, Limit: 2 }))).toEqual(ordered);
    const descending = await pagesOf({ ...byRank, Limit: 3, ScanIndexForward: false });
    expect(ranks(descending)).toEqual(ordered.toReversed());
  });

  test("a range of numbers is exact", async () => {
    for (let i = 0; i < 25; i++) {
      await put({ ...key("n", String(i)), group: text("G"), rank: number(i) });
    }
    const page = await query({
      ...byRank,
      KeyConditionExpression: "#group = :g AND #rank <= :n",
      ExpressionAttributeNames: { "#group": "group", "#rank": "rank" },
      ExpressionAttributeValues: { ":g": text("G"), ":n": number(9) },
    });
    expect(page.Count).toBe(10);
    expect(page.Items?.[9]).toMatchObject({ rank: { N: "9" } });
  });

  test("is sparse, follows updates, and holds what it projects", async () => {
    const byTag = {
      IndexName: "byTag",
      KeyConditionExpression: "tag = :t",
      ExpressionAttributeValues: { ":t": text("only") },
    };
    await put({ ...key("sp"), tag: text("only"), extra: text("x") });
    await put({ ...key("untagged"), extra: text("x") });
    expect((await query(byTag)).Items).toEqual([{ ...key("sp"), tag: text("only") }]);
    const change = { TableName, Key: key("sp"), UpdateExpression: "REMOVE tag" };
    await client.send(new UpdateItemCommand(change));
    expect((await query(byTag)).Count).toBe(0);
  });

  test("may have binary keys and include further attributes", async () => {
    const hash = { B: new Uint8Array([7, 8]) };
    await put({ ...key("b"), hash, title: text("t"), extra: text("x") });
    const page = await query({
      IndexName: "byHash",
      KeyConditionExpression: "#hash = :h",
      ExpressionAttributeNames: { "#hash": "hash" },
      ExpressionAttributeValues: { ":h": hash },
    });
    expect(page.Items).toEqual([{ ...key("b"), hash, title: text("t") }]);
  });

  test("is never consistent, and gives nothing that it does not project", async () => {
    await expect(query({ ...byRank, ConsistentRead: true })).rejects.toMatchObject(
      invalid("Consistent reads are not supported on global secondary indexes"),
    );
    const byTag = {
      IndexName: "byTag",
      KeyConditionExpression: "tag = :t",
      ExpressionAttributeValues: { ":t": text("only") },
    };
    await expect(query({ ...byTag, ProjectionExpression: "extra" })).rejects.toMatchObject(
      invalid("byTag does not project [extra]"),
    );
    await expect(query({ ...byTag, Select: "ALL_ATTRIBUTES" })).rejects.toMatchObject(
      invalid("its projection type is not ALL"),
    );
  });
});
