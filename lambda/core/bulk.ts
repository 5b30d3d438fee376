import type { Duration } from "./duration.ts";
import type { OptionNames } from "./known-options.ts";
import type { RunStatus } from "./status.ts";

/** How something is done to many runs. */
export interface BulkOptions {
  /** Only tells which runs these are; nothing is changed. Default: false. */
  readonly dryRun?: boolean | undefined;
}

/** How many runs are cancelled. */
export interface BulkCancelOptions extends BulkOptions {
  /** For those who look at the runs: at most 200 characters. */
  readonly reason?: string | undefined;
}

/** How many runs are forked. */
export interface BulkForkOptions extends BulkOptions {
  /** Key of the operation to ask again first. Default: what ended each run. */
  readonly from?: string | undefined;
  /** Time from its start after which each fork is cancelled. Default: as much as its source was given. */
  readonly timeout?: Duration | undefined;
  /**
   * Names these forks, 1 to 200 characters: with the same key each run is forked once, however often it is
   * asked for, and no fork is forked itself. Default: each call makes other forks.
   */
  readonly idempotencyKey?: string | undefined;
}

/** How many runs are deleted. */
export interface BulkDeleteOptions extends BulkOptions {
  /** Whether the child runs that each has started go with it, and theirs. Default: they stay. */
  readonly children?: boolean | undefined;
}

/** What can be done to many runs, and what each of it may be told. */
export interface BulkActions {
  readonly cancel: BulkCancelOptions;
  readonly resume: BulkOptions;
  readonly fork: BulkForkOptions;
  readonly delete: BulkDeleteOptions;
}

/** Name of what is done to many runs. */
export type BulkAction = keyof BulkActions;

/** The names of each action's options. */
export const BULK_OPTIONS: { readonly [Action in BulkAction]: OptionNames<BulkActions[Action]> } = {
  cancel: { dryRun: true, reason: true },
  resume: { dryRun: true },
  fork: { dryRun: true, from: true, timeout: true, idempotencyKey: true },
  delete: { dryRun: true, children: true },
};

/** A run that it was done to; in a dry run, one that it would be done to. */
export interface BulkRun {
  readonly id: string;
  /** How it stands, or how its fork does; absent when it is deleted. */
  readonly status?: RunStatus | undefined;
  /** The run that was forked from it. */
  readonly fork?: string | undefined;
}

/** A run that it could not be done to. */
export interface BulkFailure {
  readonly id: string;
  /** Code of the error, as `run_conflict`. */
  readonly code: string;
  readonly message: string;
}

/** What came of it. */
export interface BulkReport {
  /** Runs that the filter let through. */
  readonly matched: number;
  /** Those of them that it was done to: none in a dry run. */
  readonly done: number;
  /** These runs; in a dry run, those that it would be done to. */
  readonly runs: readonly BulkRun[];
  /** The others. */
  readonly failures: readonly BulkFailure[];
}

/** What came of it for some of the runs. */
export interface BulkPage extends BulkReport {
  /** Cursor of the others; absent when there are none. A page without runs can have one. */
  readonly next?: string | undefined;
}

/**
 * Goes through all pages, one after the other.
 * @param page does it to the runs from the cursor on, from the first without
 */
export async function* bulkPages(
  page: (cursor: string | undefined) => Promise<BulkPage>,
): AsyncGenerator<BulkPage, void> {
  let cursor: string | undefined;
  do {
    const done = await page(cursor);
    yield done;
    cursor = done.next;
  } while (cursor !== undefined);
}

/**
 * Puts all pages together.
 * @param onPage is told of each as it comes
 */
export async function wholeReport(
  pages: AsyncIterable<BulkPage>,
  onPage: (page: BulkPage) => void = () => {},
): Promise<BulkReport> {
  const runs: BulkRun[] = [];
  const failures: BulkFailure[] = [];
  let matched = 0;
  let done = 0;
  for await (const page of pages) {
    onPage(page);
    runs.push(...page.runs);
    failures.push(...page.failures);
    matched += page.matched;
    done += page.done;
  }
  return { matched, done, runs, failures };
}
