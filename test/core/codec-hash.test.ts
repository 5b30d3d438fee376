import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeValue, encodeValue, hashValue } from "../../lambda/core/codec.ts";
import { ValueNotSerializableError } from "../../lambda/core/errors.ts";
import { anyValue } from "./arbitrary-values.ts";

/** The same value with every object's keys the other way round. */
const reversed = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, one]) => [key, reversed(one)]),
  );
};

test("the order of object keys does not matter, at any depth", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(hashValue(reversed(value))).toBe(hashValue(value));
    }),
  );
});

test("what is recorded and read back has the same hash", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(hashValue(decodeValue(encodeValue(value)))).toBe(hashValue(value));
    }),
  );
});

test("values whose JSON differs have different hashes", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(reversed(other)));
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      expect(hashValue(one)).not.toBe(hashValue(other));
    }),
  );
});

test.each([
  ["order in an array", [1, 2], [2, 1]],
  [
    "order in a Map",
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
    new Map([
      ["b", 2],
      ["a", 1],
    ]),
  ],
  ["a number and its text", 1, "1"],
  ["a Set and an array", new Set([1]), [1]],
  ["a Map and an object", new Map([["a", 1]]), { a: 1 }],
  ["a date and its text", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["undefined and absent", { a: undefined }, {}],
  ["zero and negative zero", 0, -0],
  ["nesting", [[1], 2], [[1, 2]]],
])("%s makes a difference", (_, one, other) => {
  expect(hashValue(one)).not.toBe(hashValue(other));
});

test("sharing does not matter, as it is lost in JSON", () => {
  const shared = { x: new Date(1) };
  expect(hashValue({ a: shared, b: shared })).toBe(
    hashValue({ b: { x: new Date(1) }, a: { x: new Date(1) } }),
  );
});

const cycle = (back: boolean) => {
  const inner: Record<string, unknown> = {};
  const outer = { inner };
  inner["to"] = back ? outer : inner;
  return outer;
};

test("a cycle has a hash, by the place it leads back to", () => {
  expect(hashValue(cycle(true))).toBe(hashValue(cycle(true)));
  expect(hashValue(cycle(true))).not.toBe(hashValue(cycle(false)));
});

test("the hash is the same for ever: it is stored with runs", () => {
  expect(hashValue({ b: [1, "x", null], a: new Date(0) })).toBe(
    "ed272c948a0de624d65c7bda037791a4869585e8c48c1eb327feed04d038a82c",
  );
});

test("what cannot be recorded has no hash", () => {
  expect(() => hashValue({ f: () => 1 })).toThrow(ValueNotSerializableError);
});

/** The same errors, made deeper in the stack. */
const errorAt = (depth: number, cause = "cause"): Error =>
  depth > 0
    ? errorAt(depth - 1, cause)
    : new AggregateError([new TypeError("one")], "all", { cause: new Error(cause) });

test("errors have the same hash wherever they were made, and another for what they say", () => {
  const [here, there] = [errorAt(0), errorAt(3)];
  expect(here.stack).not.toBe(there.stack);
  expect(hashValue({ error: here })).toBe(hashValue({ error: there }));
  expect(hashValue({ error: here })).not.toBe(hashValue({ error: errorAt(0, "another") }));
  expect(hashValue(new Error("x"))).not.toBe(hashValue(new TypeError("x")));
  expect(hashValue(new Error("x"))).not.toBe(hashValue({ type: "Error", message: "x" }));
});

test("an error on which something hangs that refers to itself very often has a hash, soon", () => {
  let tangle: unknown = 1;
  for (let depth = 0; depth < 45; depth += 1) tangle = new Set([tangle, [tangle]]);
  const error = Object.assign(new Error("x"), { tangle });
  expect(hashValue({ error })).toBe(hashValue({ error }));
});
