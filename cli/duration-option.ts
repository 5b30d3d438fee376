import { InvalidArgumentError } from "commander";
import { type Duration, parseDuration } from "../lambda/core/duration.ts";

/**
 * The value of an option that takes a duration, in milliseconds.
 * @throws InvalidArgumentError of the command line, with the form of a duration
 */
export function durationMs(text: string): number {
  try {
    return parseDuration(text as Duration);
  } catch {
    throw new InvalidArgumentError(
      'Give a number with a unit: as "250ms", "90s", "5m", "1.5h", "7d" or "2w".',
    );
  }
}

/** The same as it was given, for the API to parse. Throws what `durationMs` does. */
export function durationText(text: string): string {
  durationMs(text);
  return text;
}
