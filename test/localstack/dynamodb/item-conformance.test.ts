import {
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

describe("limits", () => {
  test("an item over 400 KB is refused, one of exactly 400 KB is not", async () => {
    const room = 400 * 1024 - "pk".length - "full".length - "sk".length - "a".length - "d".length;
    await put({ ...key("full"), d: text("x".repeat(room)) });
    await expect(put({ ...key("full"), d: text("x".repeat(room + 1)) })).rejects.toMatchObject(
      refusal("Item size has exceeded the maximum allowed size"),
    );
  });

  test("an update that makes an item larger than 400 KB is refused and changes nothing", async () => {
    await put({ ...key("big"), d: text("x".repeat(409_000)) });
    const grow = update({
      Key: key("big"),
      UpdateExpression: "SET e = :e",
      ExpressionAttributeValues: { ":e": text("y".repeat(1000)) },
    });
    await expect(grow).rejects.toMatchObject(refusal("Item size to update has exceeded"));
    expect(await get(key("big"))).not.toHaveProperty("e");
  });

  test("keys are at most 2048 and 1024 bytes", async () => {
    await put(key("p".repeat(2048), "s".repeat(1024)));
    await expect(put(key("ü".repeat(1025)))).rejects.toMatchObject(refusal("hashkey.*2048 bytes"));
    await expect(put(key("p", "s".repeat(1025)))).rejects.toMatchObject(refusal("1024 bytes"));
    await expect(get(key("p".repeat(2049)))).rejects.toMatchObject(refusal("hashkey"));
  });
});

describe("keys and values", () => {
  test.each([
    [{ pk: text("x") }, "Missing the key sk in the item"],
    [{ pk: number(1), sk: text("a") }, "Type mismatch for key pk expected: S actual: N"],
    [key(""), "cannot contain an empty string value. Key: pk"],
    [{ ...key("x"), group: number(1) }, "Type mismatch for Index Key group Expected: S Actual: N"],
    [{ ...key("x"), tag: text("") }, "IndexName: byTag, IndexKey: tag"],
    [{ ...key("x"), hash: { B: new Uint8Array() } }, "IndexName: byHash, IndexKey: hash"],
    [{ ...key("x"), n: number("12a") }, "cannot be converted to a numeric value: 12a"],
    [{ ...key("x"), n: number("1".repeat(39)) }, "more than 38 significant digits"],
    [{ ...key("x"), n: number("1e126") }, "Number overflow"],
    [{ ...key("x"), n: number("1e-131") }, "Number underflow"],
    [{ ...key("x"), s: { SS: [] } }, "may not be empty"],
    [{ ...key("x"), s: { SS: ["a", "a"] } }, "contains duplicates"],
    [{ ...key("x"), s: { NS: ["1", "1.0"] } }, "contains duplicates"],
    [{ ...key("x"), s: { NULL: false } }, "must have the value of true"],
    [{ ...key("x"), deep: nested(33) }, "Nesting Levels have exceeded supported limits"],
  ])("an item %j is refused: %s", async (item, message) => {
    await expect(put(item as never)).rejects.toMatchObject(refusal(message));
  });

  test("a key that is not exactly the table's is refused", async () => {
    const mismatch = refusal("The provided key element does not match the schema");
    await expect(get({ pk: text("x") })).rejects.toMatchObject(mismatch);
    await expect(get({ ...key("x"), more: text("y") })).rejects.toMatchObject(mismatch);
    await expect(get({ pk: text("x"), sk: number(1) })).rejects.toMatchObject(mismatch);
  });

  test("every type comes back as it went in, and numbers normalised", async () => {
    const item = {
      ...key("types"),
      empty: text(""),
      exact: number("12345678901234567890123456789012345678"),
      b: { B: new Uint8Array([0, 1, 255]) },
      bs: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
      flag: { BOOL: false },
      nothing: { NULL: true as const },
      list: { L: [{ M: { x: { L: [] } } }, { M: {} }] },
      constructor: text("own"),
      deep: nested(32),
    };
    await put({ ...item, ns: { NS: ["1.50", "-0", "1e3"] } });
    expect(await get(key("types"))).toEqual({ ...item, ns: { NS: ["1.5", "0", "1000"] } });
  });

  test("names that JavaScript objects inherit are absent until they are set", async () => {
    await put(key("proto"));
    const change = {
      Key: key("proto"),
      UpdateExpression: "SET #c = :v, #p.#x = :v",
      ConditionExpression: "attribute_not_exists(#c)",
      ExpressionAttributeNames: { "#c": "constructor", "#p": "__proto__", "#x": "x" },
      ExpressionAttributeValues: { ":v": text("v") },
    };
    await expect(update(change)).rejects.toMatchObject(refusal("document path"));
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });
});

/** A value within lists, `depth` levels in all. */
function nested(depth: number): { L: [] } {
  let value: { L: unknown[] } = { L: [] };
  for (let level = 1; level < depth; level++) value = { L: [value] };
  return value as { L: [] };
}
