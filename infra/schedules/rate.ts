import { type Duration, parseDuration } from "../../lambda/core/duration.ts";

const MINUTE_MS = 60_000;
const WORDS: Readonly<Record<string, string>> = { minute: "m", hour: "h", day: "d", week: "w" };
const UNITS = [
  { name: "day", minutes: 24 * 60 },
  { name: "hour", minutes: 60 },
  { name: "minute", minutes: 1 },
];

/**
 * The EventBridge expression of an interval, as `"5 minutes"`, `"1 hour"`, `"90m"` or `"1d"`.
 * @throws Error with the interval when it is none, or no whole number of minutes
 */
export function eventBridgeRate(every: string): string {
  const short = every
    .trim()
    .replace(/^([\d.]+) ?(minute|hour|day|week)s?$/, (_, n, word) => n + WORDS[word]);
  const minutes = milliseconds(short) / MINUTE_MS;
  if (!Number.isInteger(minutes) || minutes < 1) {
    throw new Error(
      `"every ${every}" cannot be scheduled: give whole minutes, at least one, as "5 minutes", "1h" or "1 day"`,
    );
  }
  const unit = UNITS.find((each) => minutes % each.minutes === 0) ?? { name: "minute", minutes: 1 };
  const count = minutes / unit.minutes;
  return `rate(${count} ${unit.name}${count === 1 ? "" : "s"})`;
}

/** NaN for what is no duration. */
function milliseconds(text: string): number {
  try {
    return parseDuration(text as Duration);
  } catch {
    return Number.NaN;
  }
}
