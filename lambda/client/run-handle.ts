import { decodeValue } from "../core/codec.ts";
import { type Duration, parseDuration } from "../core/duration.ts";
import { CancelledError, RunNotFoundError, WaitTimeoutError } from "../core/errors.ts";
import { isFinished, type RunStatus } from "../core/status.ts";
import { historyOf, type Meta } from "../store/meta.ts";
import type { ClientDependencies } from "./dependencies.ts";
import {
  descriptionOf,
  historyEntries,
  type HistoryEntry,
  type RunDescription,
} from "./describe-run.ts";

/** One run, by its id. */
export interface RunHandle<Output = unknown> {
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
  /** The recorded operations, settled ones first, in their order. Throws RunNotFoundError. */
  history(): Promise<HistoryEntry[]>;
}

/** First pause between two looks at a run that is waited for, milliseconds; each is longer than the last. */
const FIRST_LOOK_MS = 4;
const LOOK_FACTOR = 1.15;
const LOOK_MAX_MS = 1_000;

/** The handle of a run; nothing is read until it is asked. */
export function runHandle<Output>(deps: ClientDependencies, id: string): RunHandle<Output> {
  const { store } = deps;
  const read = async (): Promise<Meta> => {
    const meta = await store.readRun(id);
    if (!meta)
      throw new RunNotFoundError(
        `there is no run "${id}"; it was never started, or its records have expired`,
      );
    return meta;
  };
  return {
    id,
    status: async () => (await read()).status,
    describe: async () => descriptionOf(await read(), store.values),
    async result({ timeout, signal } = {}) {
      const limitMs = timeout === undefined ? undefined : parseDuration(timeout);
      const meta = await untilFinished(deps, read, limitMs, signal);
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
    async wait({ timeout, signal }) {
      const meta = await untilFinished(deps, read, parseDuration(timeout), signal);
      return descriptionOf(meta, store.values);
    },
    history: async () => historyEntries(await store.loadHistory(historyOf(await read()))),
  };
}

/** Looks at the run, less and less often, until it has finished or the time is over. */
async function untilFinished(
  { clock }: ClientDependencies,
  read: () => Promise<Meta>,
  limitMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Meta> {
  const end = limitMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + limitMs;
  let pause = FIRST_LOOK_MS;
  for (;;) {
    signal?.throwIfAborted();
    const meta = await read();
    const left = end - clock.now();
    if (isFinished(meta.status) || left <= 0) return meta;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(Math.min(pause, left), resolve);
      signal?.addEventListener("abort", () => (cancel(), resolve()), { once: true });
    });
    pause = Math.min(pause * LOOK_FACTOR, LOOK_MAX_MS);
  }
}
