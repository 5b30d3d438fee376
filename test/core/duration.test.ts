import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Duration, parseDuration } from "../../lambda/core/duration.ts";
import { InvalidArgumentError } from "../../lambda/core/errors.ts";

test.each<[Duration, number]>([
  [0, 0],
  [250, 250],
  ["250ms", 250],
  ["20s", 20_000],
  ["1m", 60_000],
  ["1h", 3_600_000],
  ["3d", 259_200_000],
  ["2w", 1_209_600_000],
  ["1.5h", 5_400_000],
  [0.2, 1],
  ["0.2ms", 1],
  ["1.1s", 1_100],
  [1.1 * 1_000, 1_100],
])("%j is %d ms", (duration, ms) => {
  expect(parseDuration(duration)).toBe(ms);
});

const nonsense: readonly (readonly [unknown, string])[] = [
  ...[-1, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300].map((one) => [one, `${one}`] as const),
  ...["", "20", "s", "-1s", "1 s", "1S", "1month", "1e3s", "1m30s", "Infinitys"].map(
    (one) => [one, `"${one}"`] as const,
  ),
  [null, "null"],
  [undefined, "undefined"],
  [{}, "[object Object]"],
  [[5], "5"],
  [true, "true"],
];
test.each(nonsense)("%j is refused, and named", (one, shown) => {
  const parse: (value: never) => number = parseDuration;
  const refused = () => Reflect.apply(parse, undefined, [one]);
  expect(refused).toThrow(InvalidArgumentError);
  expect(refused).toThrow(`${shown} is not a duration`);
});

test("a duration is never shorter than asked, nor a millisecond longer", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
      const whole = parseDuration(ms);
      expect(Number.isInteger(whole)).toBe(true);
      expect(whole).toBeGreaterThanOrEqual(ms - 1e-5);
      expect(whole).toBeLessThan(ms + 1 + 1e-5);
    }),
  );
});
