import type { EpochMs } from "../core/clock.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { assertOptions } from "../core/known-options.ts";
import { LIMITS } from "../core/limits.ts";
import { assertRunAttributes } from "../core/run-attributes.ts";
import { RUN_STATUSES } from "../core/status.ts";
import type { Meta } from "../store/meta.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { type RunSummary, summaryOf } from "./describe-run.ts";
import { LIST_OPTIONS, type ListOptions } from "./run-filter.ts";

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
 * last. The index it reads lags a little behind: a run just started may be missing for a moment.
 * @throws InvalidArgumentError for a limit, status, attribute or cursor that makes no sense
 */
export async function list(deps: ClientDependencies, options: ListOptions = {}): Promise<RunPage> {
  const began = deps.clock.monotonic();
  const isOver = () => deps.clock.monotonic() - began >= SEARCH_MS;
  const { found, next } = await findRuns(deps, options, isOver);
  return { runs: found.map(summaryOf), ...(next !== undefined && { next }) };
}

/**
 * The same as they are stored.
 * @param isOver ends the page early, after one run at least was looked at: few of very many may be wanted
 */
export async function findRuns(
  { store, clock }: ClientDependencies,
  options: ListOptions,
  isOver: () => boolean,
): Promise<{ readonly found: readonly Meta[]; readonly next?: string }> {
  assertOptions("list", options, LIST_OPTIONS);
  const { workflow, status, parent, attributes = {}, limit = 50 } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw new InvalidArgumentError(`limit is ${limit}; give a whole number from 1 to ${LIMIT_MAX}`);
  }
  for (const one of [status ?? []].flat()) {
    if (RUN_STATUSES.includes(one)) continue;
    throw new InvalidArgumentError(`status is "${one}"; give one of ${RUN_STATUSES.join(", ")}`);
  }
  assertRunAttributes(attributes);
  const wanted = Object.entries(attributes);
  const isWanted = (meta: Meta): boolean =>
    (workflow === undefined || [workflow].flat().includes(meta.workflow)) &&
    (status === undefined || [status].flat().includes(meta.status)) &&
    (parent === undefined || meta.parent?.id === parent) &&
    wanted.every(([name, value]) => attributeOf(meta, name) === value) &&
    meta.startedAt >= (options.since ?? 0) &&
    (options.until === undefined || meta.startedAt < options.until);
  const cursor = options.cursor === undefined ? undefined : parseCursor(options.cursor);
  const found: Meta[] = [];
  let before: Meta | undefined;
  for await (const meta of candidates(store, options, cursor, clock.now())) {
    if (before && isOver()) return { found, next: cursorAfter(before, options) };
    before = meta;
    if (!isWanted(meta)) continue;
    const last = found.at(-1);
    if (last && found.length === limit) return { found, next: cursorAfter(last, options) };
    found.push(meta);
  }
  return { found };
}

/** The runs of the index that suits the filters best, from the cursor on. */
function candidates(
  store: ClientDependencies["store"],
  options: ListOptions,
  cursor: Cursor | undefined,
  now: EpochMs,
): AsyncIterable<Meta> {
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

/** Cursor of what comes after a run in the list of these options. */
export function cursorAfter(
  { id, startedAt, attentionAt = 0 }: Meta,
  options: ListOptions,
): string {
  const at = needsAttention(options) ? attentionAt : startedAt;
  return Buffer.from(`${at}#${id}`).toString("base64url");
}

function parseCursor(cursor: string): Cursor {
  const [at = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split("#", 2);
  if (!/^\d{1,14}$/.test(at) || id === "") {
    throw new InvalidArgumentError(
      `cursor is "${cursor.slice(0, 100)}"; give the "next" of the page before`,
    );
  }
  return { at: Number(at), id };
}
