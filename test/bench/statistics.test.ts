import { expect, it } from "vitest";
import { median, percentile } from "../../bench/statistics.ts";

it("takes percentiles whatever the order of the samples, and between neighbours", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(percentile([10, 0], 0.99)).toBeCloseTo(9.9);
  expect(percentile([7], 0.99)).toBe(7);
});

it("refuses to take a percentile of nothing", () => {
  expect(() => median([])).toThrow("no samples");
});
