import { type Command, InvalidArgumentError } from "commander";
import type { EpochMs } from "../lambda/core/clock.ts";
import { type Duration, parseDuration } from "../lambda/core/duration.ts";
import { RUN_STATUSES } from "../lambda/core/status.ts";
import type { RunFilter } from "../lambda/http/api-calls.ts";
import type { GlobalOptions } from "./session.ts";

/** Which runs are meant; `since` and `until` below zero are before now. */
export type RunFilterOptions = GlobalOptions & Omit<RunFilter, "limit" | "cursor">;

/** Gives a command the options that choose runs: the same to look at them and to do something to them. */
export const addRunFilter = (command: Command): Command =>
  command
    .option("--workflow <name>", "runs of this workflow; may be given several times", another)
    .option("--status <status>", "runs in this status; may be given several times", status)
    .option("--attribute <name=value>", "with this one; may be given several times", attribute)
    .option("--since <time>", 'started since: as "2026-01-31T12:00Z", or "2h" ago', time)
    .option("--until <time>", "started before: given in the same way", time)
    .option("--parent <id>", "children of this run");

/**
 * The filter that the options of a command make; what was not given is undefined.
 * @param now what times below zero count from
 */
export function runFilter(options: RunFilterOptions, now: EpochMs): RunFilter {
  const { workflow, status: statuses, attribute: attributes, since, until, parent } = options;
  const at = (given: number | undefined) =>
    given !== undefined && given < 0 ? now + given : given;
  return {
    workflow,
    status: statuses,
    since: at(since),
    until: at(until),
    parent,
    attribute: attributes,
  };
}

/** Adds one `NAME=VALUE` of an option that may be given several times. */
export function attribute(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError("Give NAME=VALUE.");
  }
  return { ...before, [name]: value };
}

const another = (text: string, before: readonly string[] = []): string[] => [...before, text];

function status(text: string, before?: readonly string[]): string[] {
  if ((RUN_STATUSES as readonly string[]).includes(text)) return another(text, before);
  throw new InvalidArgumentError(`Give one of ${RUN_STATUSES.join(", ")}.`);
}

/** A time that was given as such, or as how long ago; as milliseconds, the latter below zero. */
function time(text: string): number {
  const at = Date.parse(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(at)) return at;
  try {
    return -parseDuration(text as Duration);
  } catch {
    throw new InvalidArgumentError('Give a date and time, or a duration as "2h".');
  }
}
