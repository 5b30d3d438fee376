/** Prefix of the keys of rollbacks: no name can have it. */
export const ROLLBACK_PREFIX = "@rollback/";
/** Prefix of the keys under which a resumed run remembers what was undone before. */
export const UNDONE_PREFIX = "@undone/";

/** What of a recorded operation tells whether something was undone. */
interface Recorded {
  readonly key: string;
  readonly kind: string;
  readonly state: string;
  readonly attempt: number;
  readonly error?: unknown;
}

/**
 * How often each step of a run has been undone, by its key: before it was last resumed, and since. A
 * rollback that failed, or of whose end nothing is known, does not count: what it was to undo may stand.
 */
export function timesUndone(records: readonly Recorded[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  const add = (key: string, more: number) => times.set(key, (times.get(key) ?? 0) + more);
  for (const { key, kind, state, attempt, error } of records) {
    if (kind === "undone") add(key.slice(UNDONE_PREFIX.length), attempt);
    if (kind === "rollback" && state === "done" && error === undefined) {
      add(key.slice(ROLLBACK_PREFIX.length), 1);
    }
  }
  return times;
}
