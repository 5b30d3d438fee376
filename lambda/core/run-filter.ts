import type { EpochMs } from "./clock.ts";
import type { OptionNames } from "./known-options.ts";
import type { RunAttributes } from "./run-attributes.ts";
import { InvalidArgumentError } from "./savepoint-error.ts";
import type { RunStatus } from "./status.ts";

/** Which runs are meant; each filter left out lets all through. */
export interface RunFilter {
  /** One, or several of which any will do. */
  readonly workflow?: string | readonly string[];
  /** The same. */
  readonly status?: RunStatus | readonly RunStatus[];
  /**
   * Started at or after this, 400 days before `until` at most. Default: as far back as runs are kept after
   * their end, 30 days; for failed and blocked ones asked for by their status, as far back as there are any.
   */
  readonly since?: EpochMs;
  /** Started before this. Default: now. */
  readonly until?: EpochMs;
  /** Children of this run only. */
  readonly parent?: string;
  /** Runs that were started with all of these, and maybe others. */
  readonly attributes?: RunAttributes;
}

/** The names of these. */
export const FILTER_OPTIONS: OptionNames<RunFilter> = {
  workflow: true,
  status: true,
  since: true,
  until: true,
  parent: true,
  attributes: true,
};

/**
 * Refuses lists that name nothing: read as they stand they let no run through, and in a query, which cannot say
 * that, all of them.
 * @throws InvalidArgumentError
 */
export function assertNamesSome({
  workflow,
  status,
}: Pick<RunFilter, "workflow" | "status">): void {
  for (const [name, value] of Object.entries({ workflow, status })) {
    if (value === undefined || value.length > 0) continue;
    throw new InvalidArgumentError(`${name} is an empty list; leave it out for all`);
  }
}

/** Which runs to list. */
export interface ListOptions extends RunFilter {
  /** Runs a page, 1 to 200. Default 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** The names of these. */
export const LIST_OPTIONS: OptionNames<ListOptions> = {
  ...FILTER_OPTIONS,
  limit: true,
  cursor: true,
};
