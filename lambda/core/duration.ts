import { InvalidArgumentError } from "./savepoint-error.ts";

/** Units of a duration, in milliseconds. */
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const UNIT_MS: ReadonlyMap<string, number> = new Map(Object.entries(UNITS));

/** A span of time: milliseconds, or a number with a unit, as in `"250ms"`, `"20s"`, `"1.5h"`, `"3d"`. */
export type Duration = number | `${number}${keyof typeof UNITS}`;

const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/**
 * A duration in whole milliseconds, fractions rounded up so that nothing happens early.
 * @param duration milliseconds, or text with a unit: ms, s, m, h, d (24 hours), w (7 days)
 * @throws InvalidArgumentError, naming the value, for anything else, negative, or not exact as a number
 */
export function parseDuration(duration: Duration): number {
  const ms = typeof duration === "number" ? duration : textMs(duration);
  // A product such as 1.1 × 1000 is off by a rounding error, which must not cost a millisecond.
  const whole = Math.ceil(Number(ms.toPrecision(15)));
  if (!(ms >= 0) || !Number.isSafeInteger(whole)) {
    throw new InvalidArgumentError(
      `${shown(duration)} is not a duration; give milliseconds, 0 or more, or text such as "250ms", "20s", "1m", "1.5h", "3d"`,
    );
  }
  return whole;
}

function textMs(text: string): number {
  const [, amount = "", unit = ""] = FORM.exec(text) ?? [];
  return Number(amount) * (UNIT_MS.get(unit) ?? Number.NaN);
}

const shown = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value) : String(value);
