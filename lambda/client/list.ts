import type { EpochMs } from "../core/clock.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { assertRunAttributes, type RunAttributes } from "../core/run-attributes.ts";
import { RUN_STATUSES, type RunStatus } from "../core/status.ts";
import type { Meta } from "../store/meta.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { type RunSummary, summaryOf } from "./describe-run.ts";

/** Which runs to list; each filter left out lets all through. */
export interface ListOptions {
  readonly workflow?: string;
  readonly status?: RunStatus;
  /** Started at or after this. Default: as far back as runs are kept after their end, 30 days. */
  readonly since?: EpochMs;
  /** Started before this. Default: now. */
  readonly until?: EpochMs;
  /** Children of this run only. */
  readonly parent?: string;
  /** Runs that were started with all of these, and maybe others. */
  readonly attributes?: RunAttributes;
  /** Runs a page, 1 to 200. Default 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** One page of runs, newest first. */
export interface RunPage {
  readonly runs: RunSummary[];
  /** Gives the next page; absent on the last. */
  readonly next?: string;
}

const LIMIT_MAX = 200;

/**
 * Lists runs, newest first. The index it reads lags a little behind: a run just started may be
 * missing for a moment.
 * @throws InvalidArgumentError for a limit, status, attribute or cursor that makes no sense
 */
export async function list(
  { store, clock }: ClientDependencies,
  options: ListOptions = {},
): Promise<RunPage> {
  const { workflow, status, parent, attributes = {}, limit = 50 } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw new InvalidArgumentError(`limit is ${limit}; give a whole number from 1 to ${LIMIT_MAX}`);
  }
  if (status !== undefined && !RUN_STATUSES.includes(status)) {
    throw new InvalidArgumentError(`status is "${status}"; give one of ${RUN_STATUSES.join(", ")}`);
  }
  assertRunAttributes(attributes);
  const wanted = Object.entries(attributes);
  const now = clock.now();
  const since = options.since ?? now - LIMITS.retentionMs;
  const cursor = options.cursor === undefined ? undefined : parseCursor(options.cursor);
  const until = cursor?.startedAt ?? options.until ?? now + 1;
  const window = { since, until, beforeId: cursor?.id };
  const runs: RunSummary[] = [];
  for await (const meta of store.listRuns(window, Math.max(limit, 25), now)) {
    if (workflow !== undefined && meta.workflow !== workflow) continue;
    if (status !== undefined && meta.status !== status) continue;
    if (parent !== undefined && meta.parent?.id !== parent) continue;
    if (wanted.some(([name, value]) => attributeOf(meta, name) !== value)) continue;
    if (runs.length === limit) return { runs, next: cursorAfter(runs.at(-1)) };
    runs.push(summaryOf(meta));
  }
  return { runs };
}

const attributeOf = ({ attributes }: Meta, name: string): string | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

const cursorAfter = (last: RunSummary | undefined): string =>
  Buffer.from(`${last?.startedAt ?? 0}#${last?.id ?? ""}`).toString("base64url");

function parseCursor(cursor: string): { startedAt: EpochMs; id: string } {
  const [startedAt = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split("#", 2);
  if (!/^\d{1,14}$/.test(startedAt) || id === "") {
    throw new InvalidArgumentError(
      `cursor is "${cursor.slice(0, 100)}"; give the "next" of the page before`,
    );
  }
  return { startedAt: Number(startedAt), id };
}
