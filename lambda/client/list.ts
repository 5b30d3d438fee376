import type { EpochMs } from "../core/clock.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertOptions } from "../core/known-options.ts";
import { LIMITS } from "../core/limits.ts";
import { assertRunAttributes } from "../core/run-attributes.ts";
import { RUN_STATUSES } from "../core/status.ts";
import type { ListedRun } from "../store/list-runs.ts";
import type { Meta } from "../store/meta.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { type RunSummary, summaryOf } from "./describe-run.ts";
import { assertNamesSome, LIST_OPTIONS, type ListOptions } from "../core/run-filter.ts";

/** One page of runs: failed or blocked ones asked for by their status by when they became so, others by their start. */
export interface RunPage {
  /** Fewer than `limit`, or none, where few of many fit: a page ends after ten seconds of looking for them. */
  readonly runs: RunSummary[];
  /** Gives the next page; absent on the last. */
  readonly next?: string;
}

/** Most runs of a page. */
export const LIMIT_MAX = 200;
/** How long a page looks for runs, milliseconds: well within the 29 s after which API Gateway answers by itself. */
const SEARCH_MS = 10_000;
/** Longest time that one list reads, in milliseconds: 400 days, each of which is a partition of the index. */
const WINDOW_MAX_MS = 400 * 86_400_000;

/** The statuses that have an index of their own, over the time at which a run came to be so. */
const needsAttention = ({ status }: ListOptions): boolean =>
  status !== undefined && [status].flat().every((one) => one === "failed" || one === "blocked");

/**
 * Lists runs, newest first; failed and blocked ones asked for by their status: those first that became so
 * last. The index it reads lags a little behind: a run just started may be missing for a moment. One whose records are
 * damaged is left out, and logged as an error.
 * @throws InvalidArgumentError for a limit, status, attribute or cursor that makes no sense
 */
export async function list(deps: ClientDependencies, options: ListOptions = {}): Promise<RunPage> {
  const began = deps.clock.monotonic();
  const isOver = () => deps.clock.monotonic() - began >= SEARCH_MS;
  const { found, next } = await findRuns(deps, options, isOver);
  const runs = found.flatMap((run) => {
    if (run.meta) return [summaryOf(run.meta)];
    deps.log.error("a run is not listed, since it cannot be read", {
      run: run.id,
      error: run.error,
    });
    return [];
  });
  return { runs, ...(next !== undefined && { next }) };
}

/**
 * The same as they are stored, with those that cannot be read and whose workflow and status, as far as these can,
 * are wanted.
 * @param isOver ends the page early, after one run at least was looked at: few of very many may be wanted
 */
export async function findRuns(
  { store, clock }: ClientDependencies,
  options: ListOptions,
  isOver: () => boolean,
): Promise<{ readonly found: readonly ListedRun[]; readonly next?: string }> {
  assertOptions("list", options, LIST_OPTIONS);
  const { workflow, status, parent, attributes = {}, limit = 50 } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw new InvalidArgumentError(`limit is ${limit}; give a whole number from 1 to ${LIMIT_MAX}`);
  }
  assertNamesSome(options);
  for (const one of [status ?? []].flat()) {
    if (RUN_STATUSES.includes(one)) continue;
    throw new InvalidArgumentError(`status is "${one}"; give one of ${RUN_STATUSES.join(", ")}`);
  }
  assertRunAttributes(attributes);
  const wanted = Object.entries(attributes);
  const isNamed = (wanted: string | readonly string[] | undefined, name: string | undefined) =>
    wanted === undefined || name === undefined || [wanted].flat().includes(name);
  const isOne = (meta: Meta): boolean =>
    (parent === undefined || meta.parent?.id === parent) &&
    wanted.every(([name, value]) => attributeOf(meta, name) === value) &&
    meta.startedAt >= (options.since ?? 0) &&
    (options.until === undefined || meta.startedAt < options.until);
  const cursor = options.cursor === undefined ? undefined : parseCursor(options.cursor);
  const isWanted = (run: ListedRun): boolean => {
    const known = run.meta ?? run;
    if (!isNamed(workflow, known.workflow) || !isNamed(status, known.status)) return false;
    return run.meta === undefined || isOne(run.meta);
  };
  const found: ListedRun[] = [];
  let before: ListedRun | undefined;
  for await (const run of candidates(store, options, cursor, clock.now())) {
    if (before && isOver()) return { found, next: cursorAfter(before) };
    before = run;
    if (!isWanted(run)) continue;
    const last = found.at(-1);
    if (last && found.length === limit) return { found, next: cursorAfter(last) };
    found.push(run);
  }
  return { found };
}

/** The runs of the index that suits the filters best, from the cursor on. */
function candidates(
  store: ClientDependencies["store"],
  options: ListOptions,
  cursor: Cursor | undefined,
  now: EpochMs,
): AsyncIterable<ListedRun> {
  const { since, until, limit = 50 } = options;
  const pageSize = Math.max(limit, 25);
  if (needsAttention(options)) {
    // A run cannot have failed before it was started.
    const window = { since: since ?? 0, until: cursor?.at ?? LATEST, beforeId: cursor?.id };
    return store.listAttention(window, pageSize, now);
  }
  // No run was started later, and each day up to a time far ahead would be looked at.
  const upTo = Math.min(cursor?.at ?? until ?? now + 1, now + 1);
  const window = {
    since: Math.min(since ?? now - LIMITS.retentionMs, upTo),
    until: upTo,
    beforeId: cursor?.id,
  };
  if (window.until - window.since > WINDOW_MAX_MS) {
    throw new InvalidArgumentError(
      `since is ${window.since}, over 400 days before ${cursor ? "what the cursor continues" : "until"} (${window.until}); give a later since, or an earlier until`,
    );
  }
  return store.listRuns(window, pageSize, now);
}

const attributeOf = ({ attributes }: Meta, name: string): string | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** Where a page ended: the time it was ordered by, and the id, of its last run. */
interface Cursor {
  readonly at: EpochMs;
  readonly id: string;
}

/** Past the time of any run. */
const LATEST: EpochMs = 99_999_999_999_999;

/** Cursor of what comes after a run in its list. */
export const cursorAfter = ({ at, id }: Cursor): string =>
  Buffer.from(`${at}#${id}`).toString("base64url");

function parseCursor(cursor: string): Cursor {
  const [at = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split("#", 2);
  if (!/^\d{1,14}$/.test(at) || id === "") {
    throw new InvalidArgumentError(
      `cursor is "${cursor.slice(0, 100)}"; give the "next" of the page before`,
    );
  }
  return { at: Number(at), id };
}
