import { describe, expect, test } from "vitest";
import { itemSize } from "../../../localstack/embedded/dynamodb/item-size.ts";
import type { AttributeValue } from "../../../localstack/embedded/dynamodb/item.ts";

const cases: [AttributeValue, number][] = [
  [{ S: "" }, 0],
  [{ S: "abc" }, 3],
  [{ S: "ü€😀" }, 9],
  [{ S: "ü".repeat(40) }, 80],
  [{ N: "0" }, 2],
  [{ N: "7" }, 2],
  [{ N: "1767225600123" }, 8],
  [{ N: "-12.5" }, 3],
  [{ N: "1000000" }, 2],
  [{ B: "" }, 0],
  [{ B: "AA==" }, 1],
  [{ B: "AAA=" }, 2],
  [{ B: "AAAA" }, 3],
  [{ BOOL: false }, 1],
  [{ NULL: true }, 1],
  [{ SS: ["a", "bc"] }, 3],
  [{ NS: ["1", "22"] }, 4],
  [{ BS: ["AA==", "AAAA"] }, 4],
  [{ L: [] }, 3],
  [{ L: [{ S: "a" }, { N: "1" }] }, 3 + 1 + 1 + 1 + 2],
  [{ M: {} }, 3],
  [{ M: { key: { S: "a" } } }, 3 + 1 + 3 + 1],
];

describe("item size", () => {
  test.each(cases)("an attribute `name` of %j takes its name and %i bytes", (value, bytes) => {
    expect(itemSize({ name: value })).toBe(4 + bytes);
  });

  test("names count in UTF-8", () => {
    expect(itemSize({ ü: { S: "a" }, a: { S: "b" } })).toBe(2 + 1 + 1 + 1);
  });
});
