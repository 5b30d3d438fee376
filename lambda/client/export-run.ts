import { encodedText } from "../core/codec.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import {
  type HistoryPage,
  type RecordedHistory,
  type RecordedOperation,
  type RecordedRun,
  recordedValue,
  type RecordedValue,
} from "../core/recorded-history.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import { type AskedRecord, isAsked, type OperationRecord } from "../store/operation.ts";
import type { StoredValue } from "../store/values.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { conflict, readRun } from "./read-run.ts";
import { hiddenTokens } from "./hidden-tokens.ts";

/** Makes of a stored value what a recorded history shows of it. */
type Record = (stored: StoredValue) => Promise<RecordedValue>;

/** Where a page begins: after the operation of that place, or of that key when it has none. */
interface Cursor {
  /** The history meant: a run that goes on in another round has another. */
  readonly history: string;
  /** The last place that the first page knew of. */
  readonly last: number;
  readonly place?: number | undefined;
  readonly key?: string | undefined;
}

/** Everything that a run has recorded. Throws RunNotFoundError. */
export async function exportRun(deps: ClientDependencies, id: string): Promise<RecordedHistory> {
  const { format, run, operations } = await exportPage(deps, id, Number.POSITIVE_INFINITY);
  if (!run) throw new Error("the first page of a history has no run");
  return { format, run, operations };
}

/**
 * One page of it.
 * @param bytesMax size at which a page ends, by what its values take; it holds one operation more at most
 * @param cursor `next` of the page before; the first page without
 * @throws RunNotFoundError, InvalidArgumentError for a bad cursor, RunConflictError when the run has
 * another history by now
 */
export async function exportPage(
  deps: ClientDependencies,
  id: string,
  bytesMax: number,
  cursor?: string,
): Promise<HistoryPage> {
  const from = cursor === undefined ? undefined : cursorFrom(cursor);
  // Before its records: what has finished has recorded all of them.
  const meta = await readRun(deps, id);
  const history = historyOf(meta);
  if (from && from.history !== history) {
    throw conflict(meta, "has begun another history meanwhile; export it from the beginning");
  }
  const snapshot = await deps.store.readSnapshot(history);
  const records = (from ? asOfFirstPage(snapshot, from.last) : snapshot)
    .filter(isAsked)
    .sort(bySettlement);
  const last = from?.last ?? records.reduce((max, { order = 0 }) => Math.max(max, order), 0);
  const { values } = deps.store;
  const hide = await hiddenTokens(records, values);
  let bytes = 0;
  const record: Record = async (stored) => {
    const encoded = await values.fetch(stored);
    bytes += encodedText(encoded).length;
    return recordedValue(encoded, hide);
  };
  const run = from ? undefined : await recordedRun(deps, meta, record);
  const operations: RecordedOperation[] = [];
  const rest = from ? records.filter((one) => comesAfter(one, from)) : records;
  for (const one of rest) {
    operations.push(await recordedOperation(one, record));
    if (bytes >= bytesMax) break;
  }
  const end = rest[operations.length - 1];
  const isLast = operations.length === rest.length;
  return {
    format: 1,
    ...(run && { run }),
    operations,
    ...(!isLast && end && { next: cursorAfter(history, last, end) }),
  };
}

/** Farthest that the clocks of two workers are apart, milliseconds, with some to spare. */
const SKEW_MS = 1_000;

/**
 * What of a history goes with a first page that knew of settlements up to `last`. What settled since is left out, and
 * so is whatever may have been asked for because of it: replay would come to it without what led there. One left out
 * for nothing does no harm, as code may always ask for more than is recorded.
 */
function asOfFirstPage(records: readonly OperationRecord[], last: number): OperationRecord[] {
  const settledSince = records.filter(({ order = 0 }) => order > last);
  const times = settledSince.map(({ endedAt, startedAt }) => endedAt ?? startedAt);
  const since = Math.min(...times, Number.POSITIVE_INFINITY) - SKEW_MS;
  return records.filter(({ order, startedAt }) =>
    order === undefined ? startedAt < since : order <= last,
  );
}

const place = ({ order }: OperationRecord): number => order ?? Number.POSITIVE_INFINITY;

const bySettlement = (one: OperationRecord, other: OperationRecord): number =>
  place(one) === place(other) ? (one.key < other.key ? -1 : 1) : place(one) - place(other);

const comesAfter = (one: OperationRecord, from: Cursor): boolean =>
  from.place === undefined
    ? one.order === undefined && one.key > (from.key ?? "")
    : place(one) > from.place;

const cursorAfter = (history: string, last: number, { order, key }: OperationRecord): string =>
  Buffer.from(JSON.stringify([history, last, order ?? key])).toString("base64url");

function cursorFrom(text: string): Cursor {
  const bad = () =>
    new InvalidArgumentError(
      `cursor is "${text.slice(0, 100)}"; give the "next" of the page before`,
    );
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    throw bad();
  }
  if (!Array.isArray(parts)) throw bad();
  const [history, last, end] = parts as readonly unknown[];
  if (typeof history !== "string" || typeof last !== "number") throw bad();
  if (typeof end === "number") return { history, last, place: end };
  if (typeof end === "string") return { history, last, key: end };
  throw bad();
}

async function recordedRun(
  { clock, workflows }: ClientDependencies,
  meta: Meta,
  record: Record,
): Promise<RecordedRun> {
  const { cancel } = meta;
  return {
    id: meta.id,
    incarnation: meta.incarnation,
    workflow: meta.workflow,
    versions: defined({
      workflow: workflows?.get(meta.workflow)?.version,
      blockedUnder: meta.status === "blocked" ? meta.code : undefined,
    }),
    status: meta.status,
    startedAt: meta.startedAt,
    ...defined({ finishedAt: meta.finishedAt }),
    exportedAt: clock.now(),
    round: meta.round,
    roundAt: meta.roundAt,
    ...defined({ seed: meta.seed }),
    epoch: meta.epoch,
    input: await record(meta.input),
    ...defined({
      output: meta.output === undefined ? undefined : await record(meta.output),
      error: meta.error === undefined ? undefined : await record(meta.error),
      failedOperation: meta.failedOperation,
      cancel: cancel && { reason: cancel.reason, cause: cancel.cause },
    }),
  };
}

async function recordedOperation(one: AskedRecord, record: Record): Promise<RecordedOperation> {
  return {
    key: one.key,
    kind: one.kind,
    ordinal: one.ordinal,
    state: one.state,
    epoch: one.epoch,
    startedAt: one.startedAt,
    ...defined({
      order: one.order,
      attempts: one.attempt > 0 ? one.attempt : undefined,
      inherited: one.inherited,
      failures: one.attemptErrors.length > 0 ? [...one.attemptErrors] : undefined,
      endedAt: one.endedAt,
      wakeAt: one.nextAttemptAt ?? one.wakeAt,
      childId: one.childId,
      workflow: one.workflow,
      messageId: one.messageId,
      result: one.result === undefined ? undefined : await record(one.result),
      error: one.error === undefined ? undefined : await record(one.error),
    }),
  };
}

/** The fields that have a value. */
const defined = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
