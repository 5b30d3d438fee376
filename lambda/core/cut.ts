import type { EpochMs } from "./clock.ts";
import { scopeOf } from "./keys.ts";
import { ROLLBACK_PREFIX } from "./undone.ts";

/** What of a recorded operation decides whether a copy of its history keeps it. */
export interface Recorded {
  readonly key: string;
  readonly kind: string;
  readonly state: string;
  /** Position among the operations of its scope. */
  readonly ordinal: number;
  /** Place in the order of settlement; undefined until settled. */
  readonly order?: number | undefined;
  readonly startedAt: EpochMs;
  readonly wakeAt?: EpochMs | undefined;
  readonly childId?: string | undefined;
}

/** Where a history is cut. */
export interface CutPoint {
  /** Key of the operation to ask again: one that was named, or the one whose error ended the run. */
  readonly at: string | undefined;
  /** When the run finished; undefined when it has not. */
  readonly finishedAt: EpochMs | undefined;
}

/**
 * The records that a copy of a history keeps: what was settled before the cut, in its order, and the
 * timers that had fired by then without a record. The cut is never later than the delivery of a cancel
 * request, nor than the first step that was undone: what follows those must not come to pass again.
 *
 * A timer that fired alone is kept as it stands, waiting for a time that has passed, and gets no place
 * in the order: replay finds its place by what else is pending, which times alone do not tell. So a copy
 * is a history that the run had at an earlier moment.
 */
export function keptRecords<R extends Recorded>(
  records: readonly R[],
  { at, finishedAt }: CutPoint,
): R[] {
  const byKey = new Map(records.map((record) => [record.key, record]));
  const ends = new Set([at, ...records.flatMap(endedBy)].map((key) => byKey.get(key ?? "")));
  let end: R | undefined;
  let cut = Number.POSITIVE_INFINITY;
  for (const one of ends) {
    const place = one && placeOf(one, records);
    if (place === undefined || (end && place >= cut)) continue;
    cut = place;
    end = one;
  }
  const settled = records
    .filter(({ order, kind }) => order !== undefined && order < cut && !isEngines(kind))
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const seen = end ? [...settled, end] : settled;
  const isOver = (timer: R) => !end && firesAt(timer) <= (finishedAt ?? 0);
  const fired = records.filter(
    (one) =>
      one.key !== at && isTimer(one) && (isOver(one) || seen.some((other) => wasFired(one, other))),
  );
  return [...settled, ...fired];
}

/**
 * The child runs that are asked for again because their operations are not kept. Those that a kept race
 * has given up are not among them.
 */
export const droppedChildren = <R extends Recorded>(
  records: readonly R[],
  kept: readonly R[],
): R[] => {
  const keptKeys = new Set(kept.map(({ key }) => key));
  const races = kept.filter(({ kind }) => kind === "race").map(({ key }) => `${key}/`);
  return records.filter(
    ({ key, kind, childId }) =>
      kind === "run" &&
      childId !== undefined &&
      !keptKeys.has(key) &&
      !races.some((race) => key.startsWith(race)),
  );
};

/** The keys of what a record of the engine's own puts an end to. */
function endedBy({ key, kind }: Recorded): string[] {
  if (kind === "cancel") return [key];
  return kind === "rollback" ? [key.slice(ROLLBACK_PREFIX.length)] : [];
}

const isEngines = (kind: string): boolean => kind === "cancel" || kind === "rollback";

const isTimer = ({ kind, state, wakeAt }: Recorded): boolean =>
  kind === "sleep" && state === "waiting" && wakeAt !== undefined;

/**
 * Whether an operation began after a timer had fired. Where the clock does not tell which of the two was
 * asked for first, their places in their scope do.
 */
const wasFired = (timer: Recorded, { key, ordinal, startedAt }: Recorded): boolean =>
  firesAt(timer) <= startedAt &&
  (timer.startedAt < startedAt || (scopeOf(timer.key) === scopeOf(key) && timer.ordinal < ordinal));

/** When a timer fires at the earliest. */
const firesAt = ({ startedAt, wakeAt }: Recorded): EpochMs => Math.max(startedAt, wakeAt ?? 0);

/** Where in the order an operation stands; past its end when it has not settled. */
function placeOf(record: Recorded, records: readonly Recorded[]): number {
  if (record.order !== undefined) return record.order;
  if (!isTimer(record)) return Number.POSITIVE_INFINITY;
  // What began after it fired was asked for because it had: nothing else was pending then.
  const after = records.filter((other) => other !== record && wasFired(record, other));
  return after.reduce(
    (first, { order = first }) => Math.min(first, order),
    Number.POSITIVE_INFINITY,
  );
}
