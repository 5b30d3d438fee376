import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeValue, encodeValue } from "../../lambda/core/codec.ts";
import { ValueUnreadableError } from "../../lambda/core/errors.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { Item } from "../../lambda/store/attributes.ts";
import { historyPk } from "../../lambda/store/schema.ts";
import { type StoredValue, valueAttribute, valueFromAttribute } from "../../lambda/store/values.ts";
import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { SEARCH_TIMEOUT_MS, searched } from "../support/fuzz.ts";
import { type OpenedStore, openTestStore } from "../support/test-store.ts";

const OURS = "OURS";
const SECRET = "of another run";
/** Hardly compresses, so that it is in two parts. */
const LARGE = Array.from({ length: 90_000 }, (_, index) =>
  ((index * 2_654_435_761) >>> 0).toString(36),
).join("");

let opened: OpenedStore;
let large: StoredValue;
let foreign: StoredValue;

const keep = (value: unknown, incarnation: string) =>
  opened.store.values.keep(encodeValue(value), {
    historyPk: historyPk(incarnation, 0),
    inlineBytes: 0,
    ttlSeconds: 2_000_000_000,
    nonce: opened.ids.nonce(),
  });

beforeAll(async () => {
  opened = await openTestStore();
  large = await keep(LARGE, OURS);
  foreign = await keep(SECRET, "THEIRS");
});

/** What a reader of our run makes of an attribute, and how many calls that takes. */
async function read(attribute: Item[string]) {
  opened.calls.length = 0;
  const stored = valueFromAttribute(attribute, OURS);
  if (stored === undefined) throw new Error("there is no attribute");
  return decodeValue(await opened.store.values.fetch(stored));
}

const refused = async (attribute: Item[string]): Promise<string> => {
  const error: unknown = await read(attribute).catch((one: unknown) => one);
  if (error instanceof ValueUnreadableError) return error.message;
  throw new Error("the value was not refused", { cause: error });
};

const referenceTo = (value: StoredValue, changes: Item = {}): Item[string] => {
  const { M } = valueAttribute(value);
  if (!M) throw new Error("the value has no parts");
  return { M: { ...M, ...changes } };
};

describe("a reference to parts", () => {
  test("is read when it is whole", async () => {
    expect(await read(referenceTo(large))).toBe(LARGE);
    expect(opened.calls).toEqual(["GetItem", "GetItem"]);
  });

  test("to another run's is refused before anything of it is read", async () => {
    expect(await refused(referenceTo(foreign))).toContain("another run's");
    expect(opened.calls).toEqual([]);
  });

  test.each(["0", "-1", "1", "3", "1.5", "1000000000", "NaN", "1e999"])(
    "of %s parts, which its size does not need, is refused before any is read",
    async (parts) => {
      expect(await refused(referenceTo(large, { c: { N: parts } }))).toContain("parts of");
      expect(opened.calls).toEqual([]);
    },
  );

  test("over the largest value is refused, even when its parts go with its size", async () => {
    const bytes = LIMITS.valueBytes + 1;
    const parts = Math.ceil(bytes / LIMITS.partBytes);
    const changes = { c: { N: String(parts) }, b: { N: String(bytes) } };
    expect(await refused(referenceTo(large, changes))).toContain(`${bytes} bytes`);
  });

  test("whose parts are not as long together as it says is refused", async () => {
    const { M } = referenceTo(large);
    const bytes = Number(M?.["b"]?.N) - 1;
    expect(await refused(referenceTo(large, { b: { N: String(bytes) } }))).toContain("damaged");
  });

  test("one of whose parts is gone is refused", async () => {
    const value = await keep(LARGE, OURS);
    const { M } = referenceTo(value);
    const sk = { S: `PART#${M?.["n"]?.S}#1` };
    await opened.dynamodb.call("DeleteItem", { TableName: TABLE_NAME, Key: { pk: M?.["p"], sk } });
    expect(await refused(referenceTo(value))).toContain("part 2 of 2");
  });
});

const damagedAttribute = fc.oneof(
  fc.record({
    M: fc.dictionary(
      fc.constantFrom("p", "n", "c", "b", "t"),
      fc.oneof(
        fc.constantFrom<Item[string]>(
          { S: historyPk(OURS, 0) },
          { S: historyPk("THEIRS", 0) },
          { S: "RUN#run" },
          { BOOL: true },
          { NULL: true },
        ),
        fc.oneof(fc.double(), fc.integer()).map((n) => ({ N: String(n) })),
        fc.string().map((S) => ({ S })),
      ),
    ),
  }),
  fc.constantFrom<Item[string]>(
    { N: "1" },
    { L: [] },
    { NULL: true },
    { BOOL: false },
    { SS: ["a"] },
  ),
);

test(
  "whatever stands in place of a value gives a clear error, three reads at most, and nothing of another run",
  async () => {
    await fc.assert(
      fc.asyncProperty(damagedAttribute, fc.boolean(), async (damaged, isPatch) => {
        const attribute = isPatch && "M" in damaged ? referenceTo(foreign, damaged.M) : damaged;
        expect(await refused(attribute as Item[string])).not.toContain(SECRET);
        expect(opened.calls.length).toBeLessThanOrEqual(3);
      }),
      searched(200),
    );
  },
  SEARCH_TIMEOUT_MS,
);
