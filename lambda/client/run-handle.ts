import type { Clock } from "../core/clock.ts";
import { decodeValue } from "../core/codec.ts";
import { type Duration, parseDuration } from "../core/duration.ts";
import { CancelledError, WaitTimeoutError } from "../core/errors.ts";
import { assertOptions } from "../core/known-options.ts";
import type { HistoryPage, RecordedHistory } from "../core/recorded-history.ts";
import { isFinished, type RunStatus } from "../core/status.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import type { Store } from "../store/store.ts";
import { runControl, type RunControl } from "./control-run.ts";
import type { ClientDependencies } from "./dependencies.ts";
import {
  descriptionOf,
  historyEntries,
  type HistoryEntry,
  type RunDescription,
} from "./describe-run.ts";
import { exportPage, exportRun } from "./export-run.ts";
import { type ForkOptions, forkRun } from "./fork-run.ts";
import type { Pace } from "./pace.ts";
import { noRun, readRun } from "./read-run.ts";

/** One run, by its id. */
export interface RunHandle<Output = unknown> extends RunControl {
  readonly id: string;
  /** Where the run stands. Throws RunNotFoundError. */
  status(): Promise<RunStatus>;
  /** Everything META tells, values decoded. Throws RunNotFoundError. */
  describe(): Promise<RunDescription>;
  /**
   * Waits until the run has finished.
   * @param options.timeout how long; default: no limit
   * @throws the error the run failed with, CancelledError, RunNotFoundError, WaitTimeoutError
   */
  result(options?: { readonly timeout?: Duration; readonly signal?: AbortSignal }): Promise<Output>;
  /** Waits until the run has finished or the time is over, and describes it. Throws RunNotFoundError. */
  wait(options: {
    readonly timeout: Duration;
    readonly signal?: AbortSignal;
  }): Promise<RunDescription>;
  /**
   * Starts a new run from a copy of what this one had recorded before an operation; this one stays as it
   * is. Repeated with the same id and options, it gives the same run.
   * @throws RunNotFoundError, InvalidArgumentError when nothing is recorded under `from`, or for a bad
   * id, ValidationError for a bad input, RunConflictError when the id belongs to another run
   */
  fork(options?: ForkOptions): Promise<RunHandle<Output>>;
  /** The recorded operations, settled ones first, in their order. Throws RunNotFoundError. */
  history(): Promise<HistoryEntry[]>;
  /**
   * Everything the run has recorded, with all values, as plain JSON: to be kept, and replayed by
   * `savepoint/test`. Secrets of callback tokens are left out. Throws RunNotFoundError.
   */
  export(): Promise<RecordedHistory>;
  /**
   * The same page by page.
   * @param options.bytesMax size at which a page ends, by what its values take
   * @param options.cursor `next` of the page before; default: the first page
   * @throws RunNotFoundError, InvalidArgumentError for a bad cursor, RunConflictError when the run has
   * begun another history since the first page
   */
  exportPage(options: {
    readonly bytesMax: number;
    readonly cursor?: string | undefined;
  }): Promise<HistoryPage>;
}

/** Options of `result` and `wait`. */
export const WAIT_OPTIONS = { timeout: true, signal: true } as const;

/** First pause between two looks at a run that is waited for, milliseconds; each is longer than the last. */
const FIRST_LOOK_MS = 1;
const LOOK_FACTOR = 1.15;
const LOOK_MAX_MS = 1_000;

/** A run that this client has just started, and so knows when it can have finished. */
export interface JustStarted {
  readonly workflow: string;
  readonly pace: Pace;
  /** Monotonic time of the start. */
  readonly at: number;
}

/** What handles are made of, beside what other parts of a client are. */
export interface HandleDependencies extends ClientDependencies {
  /** Reads a run that is waited for, with others that are. */
  readonly lookAt: Store["readRun"];
}

/** The handle of a run; nothing is read until it is asked. */
export function runHandle<Output>(
  deps: HandleDependencies,
  id: string,
  started?: JustStarted,
): RunHandle<Output> {
  const { store } = deps;
  const read = (): Promise<Meta> => readRun(deps, id);
  return {
    ...runControl(deps, id),
    id,
    status: async () => (await read()).status,
    describe: async () => descriptionOf(await read(), store.values),
    async result(options = {}) {
      assertOptions("result", options, WAIT_OPTIONS);
      const { timeout, signal } = options;
      const limitMs = timeout === undefined ? undefined : parseDuration(timeout);
      const meta = await untilFinished(deps, id, { limitMs, signal, started });
      if (!isFinished(meta.status)) {
        throw new WaitTimeoutError(
          `run "${id}" is still ${meta.status} after ${limitMs} ms; it goes on, ask again`,
          { details: { status: meta.status } },
        );
      }
      if (meta.status === "succeeded" && meta.output !== undefined) {
        return decodeValue(await store.values.fetch(meta.output)) as Output;
      }
      if (meta.error !== undefined) throw decodeValue(await store.values.fetch(meta.error));
      throw new CancelledError(`run "${id}" was cancelled`);
    },
    async wait(options) {
      assertOptions("wait", options, WAIT_OPTIONS);
      const { timeout, signal } = options;
      const meta = await untilFinished(deps, id, {
        limitMs: parseDuration(timeout),
        signal,
        started,
      });
      return descriptionOf(meta, store.values);
    },
    fork: async (options = {}) => runHandle<Output>(deps, (await forkRun(deps, id, options)).id),
    history: async () => historyEntries(await store.loadHistory(historyOf(await read()))),
    export: () => exportRun(deps, id),
    exportPage: ({ bytesMax, cursor }) => exportPage(deps, id, bytesMax, cursor),
  };
}

interface Patience {
  readonly limitMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly started: JustStarted | undefined;
}

/**
 * Looks at the run, less and less often, until it has finished or the time is over. A run just
 * started is first looked at when such runs have lately finished.
 */
async function untilFinished(
  { clock, lookAt }: HandleDependencies,
  id: string,
  { limitMs, signal, started }: Patience,
): Promise<Meta> {
  const end = limitMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + limitMs;
  const sinceStart = () => (started ? clock.monotonic() - started.at : 0);
  let pause = started ? started.pace.firstLookMs(started.workflow) - sinceStart() : 0;
  let next = FIRST_LOOK_MS;
  for (let looks = 1; ; looks += 1) {
    await sleep(clock, Math.min(pause, end - clock.now()), signal);
    signal?.throwIfAborted();
    const meta = await lookAt(id);
    if (!meta) throw noRun(id);
    if (isFinished(meta.status)) {
      started?.pace.learn(started.workflow, sinceStart(), looks);
      return meta;
    }
    if (clock.now() >= end) return meta;
    pause = next;
    next = Math.min(next * LOOK_FACTOR, LOOK_MAX_MS);
  }
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms <= 0 || signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const stop = () => (cancel(), resolve());
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
    signal?.addEventListener("abort", stop, { once: true });
  });
}
