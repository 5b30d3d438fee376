import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addNumbers,
  compareNumbers,
  normalizeNumber,
  numberOrder,
  significantDigits,
  subtractNumbers,
} from "../../../localstack/embedded/dynamodb/number.ts";

/** Decimals as `digits × 10^-scale`, with which BigInt can reckon. */
const decimal = fc
  .record({
    digits: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
    scale: fc.integer({ min: 0, max: 18 }),
  })
  .map(({ digits, scale }) => ({
    text: normalizeNumber(`${digits}e-${scale}`),
    /** The number times 10^18. */
    value: digits * 10n ** BigInt(18 - scale),
  }));

describe("numbers", () => {
  test.each([
    ["0", "0"],
    ["-0.000", "0"],
    ["007", "7"],
    ["+1.50", "1.5"],
    [".5", "0.5"],
    ["5.", "5"],
    ["1e3", "1000"],
    ["-2.5E-3", "-0.0025"],
    ["1e125", `1${"0".repeat(125)}`],
    ["1e-130", `0.${"0".repeat(129)}1`],
    ["9".repeat(38), "9".repeat(38)],
    ["123456789012345", "123456789012345"],
  ])("%s is written %s", (given, expected) => {
    expect(normalizeNumber(given)).toBe(expected);
    expect(normalizeNumber(expected)).toBe(expected);
  });

  test.each(["", "-", ".", "e5", "1e", "0x1", "1,5", "Infinity", "NaN", "1 2", "--1"])(
    "%j is no number",
    (given) => {
      expect(() => normalizeNumber(given)).toThrow("cannot be converted to a numeric value");
    },
  );

  test("order is that of the numbers", () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const expected = a.value === b.value ? 0 : a.value < b.value ? -1 : 1;
        expect(Math.sign(compareNumbers(a.text, b.text))).toBe(expected);
        const [left, right] = [numberOrder(a.text), numberOrder(b.text)];
        expect(left === right ? 0 : left < right ? -1 : 1).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test("order holds at the limits and around zero", () => {
    const ascending = [
      "-9.9e125",
      "-1e125",
      "-1.01",
      "-1",
      "-1e-130",
      "0",
      "1e-130",
      "0.1",
      "0.11",
    ];
    const orders = [...ascending, "1", "1e125", "9.9e125"].map((text) =>
      numberOrder(normalizeNumber(text)),
    );
    for (const [at, order] of orders.slice(1).entries()) {
      expect((orders[at] ?? "") < order).toBe(true);
    }
  });

  test("sums and differences are exact", () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(addNumbers(a.text, b.text)).toBe(normalizeNumber(`${a.value + b.value}e-18`));
        expect(subtractNumbers(a.text, b.text)).toBe(normalizeNumber(`${a.value - b.value}e-18`));
      }),
    );
    expect(addNumbers("0.1", "0.2")).toBe("0.3");
    expect(() => addNumbers(normalizeNumber("1e125"), "1")).toThrow("38 significant digits");
  });

  test.each([
    ["0", 1],
    ["1000", 1],
    ["-0.0025", 2],
    ["1001", 4],
    ["1.0203", 5],
  ])("%s has %i significant digits", (given, digits) => {
    expect(significantDigits(given)).toBe(digits);
  });
});
