import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonView, refusalView } from "../../lambda/api/json-view.ts";
import { decodeValue, encodeValue } from "../../lambda/core/codec.ts";
import { ValidationError } from "../../lambda/core/errors.ts";
import { anyError, anyValue } from "../core/arbitrary-values.ts";

/** As an error is that was made where nobody looks at its frames. */
const frameless = <E extends Error>(error: E): E =>
  Object.defineProperty(error, "stack", { value: `${error.name}: ${error.message}` });

test.each<[string, unknown, unknown]>([
  ["a date", new Date(5), "1970-01-01T00:00:00.005Z"],
  ["an invalid date", new Date(Number.NaN), null],
  ["a big integer", 2n ** 64n, "18446744073709551616"],
  ["a regular expression", /a+/gu, "/a+/gu"],
  ["a URL", new URL("https://example.com/a"), "https://example.com/a"],
  ["a Set", new Set([1, new Date(5)]), [1, "1970-01-01T00:00:00.005Z"]],
  ["a Map", new Map([["k", { at: new Date(5) }]]), [["k", { at: "1970-01-01T00:00:00.005Z" }]]],
  ["bytes", new Uint8Array([1, 2, 255]).subarray(1), "Av8="],
  ["a buffer", new Uint8Array([1, 2, 255]).buffer, "AQL/"],
  ["not a number", [Number.NaN, Number.POSITIVE_INFINITY], [null, null]],
  ["a boxed text", Object("x"), "x"],
  [
    "an error",
    frameless(new TypeError("t", { cause: 1n })),
    { name: "TypeError", message: "t", cause: "1" },
  ],
  [
    "several errors",
    frameless(new AggregateError([frameless(new Error("a"))], "m")),
    { name: "AggregateError", message: "m", errors: [{ name: "Error", message: "a" }] },
  ],
  [
    "an error of ours",
    frameless(new ValidationError("v", { issues: [] })),
    { name: "ValidationError", message: "v", code: "validation", issues: [] },
  ],
])("%s is shown", (_, value, shown) => {
  expect(JSON.parse(JSON.stringify(jsonView(value)))).toEqual(shown);
});

test("an error is shown with the frames that are recorded of it, and of its causes", () => {
  const cause = new TypeError("inner");
  const recorded = decodeValue(encodeValue(new Error("outer", { cause }))) as Error;
  const frames = expect.stringMatching(
    /^(Type)?Error: (inner|outer)\n {4}at .*json-view\.test/,
  ) as string;
  expect(jsonView({ error: recorded })).toEqual({
    error: {
      name: "Error",
      message: "outer",
      stack: frames,
      cause: { name: "TypeError", message: "inner", stack: frames },
    },
  });
});

test("what a request is refused with is shown without frames, which are the server's own", () => {
  const details = { reason: new Error("outer", { cause: new Error("inner") }) };
  expect(refusalView(details)).toEqual({
    reason: { name: "Error", message: "outer", cause: { name: "Error", message: "inner" } },
  });
});

test("plain JSON is shown as it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(jsonView(value))).toBe(JSON.stringify(value));
    }),
  );
});

test("whatever can be recorded can be shown", () => {
  fc.assert(
    fc.property(fc.oneof(anyValue, anyError), (value) => {
      expect(() => JSON.stringify([jsonView(value)])).not.toThrow();
    }),
  );
});

test("a cycle is shown as far as it goes, a shared object in each place", () => {
  const shared = { a: 1 };
  const value: Record<string, unknown> = { one: shared, two: shared };
  value["self"] = [value];
  expect(jsonView(value)).toEqual({ one: { a: 1 }, two: { a: 1 }, self: ["[circular]"] });
});
