import type { HistoryEntry, RunDescription } from "../client/describe-run.ts";
import type { Clock } from "../core/clock.ts";
import { type Duration, parseDuration } from "../core/duration.ts";
import { CancelledError, WaitTimeoutError } from "../core/errors.ts";
import { assertOptions, type OptionNames } from "../core/known-options.ts";
import type { RecordedHistory } from "../core/recorded-history.ts";
import { validate } from "../core/schema-validation.ts";
import { isFinished, type RunStatus } from "../core/status.ts";
import type { Event } from "../engine/event.ts";
import type { ApiCalls, RunAction } from "./api-calls.ts";
import { assertJson } from "./as-json.ts";
import { shownError } from "./known-errors.ts";
import { pause } from "./pause.ts";
import type { Run } from "./wire.ts";

/** How a run is forked. */
export interface ForkOptions {
  /** Key of the operation to ask again first. Default: what ended the run. */
  readonly from?: string;
  /** Another input, plain JSON. */
  readonly input?: unknown;
  /** Id of the new run. Default: a fresh one. */
  readonly id?: string;
  /** Time from its start after which the new run is cancelled. Default: as much as its source was given. */
  readonly timeout?: Duration;
}

const FORK_OPTIONS: OptionNames<ForkOptions> = { from: true, input: true, id: true, timeout: true };
const WAIT_OPTIONS = { timeout: true, signal: true } as const;

/**
 * One run, by its id. Each method throws RunNotFoundError when there is none, and ApiUnreachableError when
 * nobody answers.
 */
export interface RunHandle<Output = unknown> {
  readonly id: string;
  /** Where the run stands. */
  status(): Promise<RunStatus>;
  /** The run with its values, as JSON shows them. */
  describe(): Promise<RunDescription>;
  /**
   * Waits until the run has finished.
   * @param options.timeout how long; default: no limit
   * @throws the error the run failed with, CancelledError, WaitTimeoutError, the signal's reason
   */
  result(options?: { readonly timeout?: Duration; readonly signal?: AbortSignal }): Promise<Output>;
  /** Waits until the run has finished or the time is over, and describes it. */
  wait(options: {
    readonly timeout: Duration;
    readonly signal?: AbortSignal;
  }): Promise<RunDescription>;
  /**
   * Sends an event into the run, by its name or as it was declared: then its schema checks the value first. The run
   * applies the schema in either case.
   * @throws ValidationError for a value that does not fit, RunConflictError when the run has finished, MailboxFullError, ValueNotSerializableError
   */
  send<Given>(
    event: string | Pick<Event<Given, unknown>, "name" | "schema">,
    value: NoInfer<Given>,
    options?: { readonly idempotencyKey?: string },
  ): Promise<void>;
  /** Asks the run to end: what it waits for rejects with CancelledError, and its `finally` blocks run. */
  cancel(options?: { readonly reason?: string }): Promise<void>;
  /** Ends the run at once: its code is not asked, nor its `finally` blocks. */
  terminate(options?: { readonly reason?: string }): Promise<void>;
  /** Keeps the run from going on. Throws RunConflictError when it is over, blocked or being cancelled. */
  pause(): Promise<void>;
  /** Lets a run go on that is paused, blocked, failed or cancelled. Throws RunConflictError. */
  resume(): Promise<void>;
  /** Deletes the run, and its own children if told so. Throws RunConflictError. */
  delete(options?: { readonly children?: boolean }): Promise<void>;
  /** Starts a new run from a copy of what this one had recorded. Throws RunConflictError. */
  fork(options?: ForkOptions): Promise<RunHandle<Output>>;
  /** The recorded operations, settled ones first, in their order. */
  history(): Promise<HistoryEntry[]>;
  /** Everything the run has recorded, to be kept, and replayed by `savepoint/test`. */
  export(): Promise<RecordedHistory>;
}

/** What handles are made of. */
export interface HandleDependencies {
  readonly api: ApiCalls;
  readonly clock: Clock;
  /** A fresh text of 1 to 200 letters and digits, unlike any other. */
  readonly newId: () => string;
}

/** Longest time that the API waits for the end of a run, seconds. */
const WAIT_MAX_SECONDS = 20;
/** Shortest time between two questions, milliseconds: an API that does not wait is not asked all the time. */
const LOOK_MIN_MS = 1_000;

/** The handle of a run; nothing is asked until a method is called. */
export function runHandle<Output>(deps: HandleDependencies, id: string): RunHandle<Output> {
  const { api, newId } = deps;
  const act =
    (action: RunAction) =>
    async (details: { readonly reason?: string } = {}): Promise<void> => {
      assertOptions(action, details, { reason: true });
      await api.control(id, action, details);
    };
  return {
    id,
    status: async () => (await api.run(id)).status,
    describe: async () => described(await api.run(id)),
    async result(options = {}) {
      assertOptions("result", options, WAIT_OPTIONS);
      const { timeout, signal } = options;
      const limitMs = timeout === undefined ? undefined : parseDuration(timeout);
      const run = await untilFinished(deps, id, limitMs, signal);
      if (!isFinished(run.status)) {
        throw new WaitTimeoutError(
          `run "${id}" is still ${run.status} after ${limitMs} ms; it goes on, ask again`,
          { details: { status: run.status } },
        );
      }
      if (run.status === "succeeded") return run.output as Output;
      if (run.error !== undefined) throw shownError(run.error);
      throw new CancelledError(`run "${id}" was cancelled`);
    },
    async wait(options) {
      assertOptions("wait", options, WAIT_OPTIONS);
      const { timeout, signal } = options;
      return described(await untilFinished(deps, id, parseDuration(timeout), signal));
    },
    async send(event, value, options = {}) {
      assertOptions("send", options, { idempotencyKey: true });
      const { idempotencyKey: key = newId() } = options;
      const { name, schema } = typeof event === "string" ? { name: event } : event;
      const what = `value of event "${name}"`;
      // Sent as it was given: the run that takes it applies the schema.
      if (schema) await validate(schema, value, what);
      assertJson(value, what);
      await api.send(id, name, { value: value === undefined ? null : value, key });
    },
    cancel: act("cancel"),
    terminate: act("terminate"),
    pause: () => act("pause")(),
    resume: () => act("resume")(),
    async delete(options = {}) {
      assertOptions("delete", options, { children: true });
      await api.delete(id, { children: options.children ?? false });
    },
    async fork(options = {}) {
      assertOptions("fork", options, FORK_OPTIONS);
      const { id: newRun = newId(), ...rest } = options;
      if ("input" in rest) assertJson(rest.input, `input of the fork of run "${id}"`);
      await api.fork(id, { ...rest, id: newRun });
      return runHandle<Output>(deps, newRun);
    },
    history: async () => [...(await api.history(id))] as unknown as HistoryEntry[],
    export: () => api.export(id),
  };
}

/** What the API sends of a run is what the client inside the account tells, shown as JSON. */
const described = (run: Run): RunDescription => run as unknown as RunDescription;

async function untilFinished(
  { api, clock }: HandleDependencies,
  id: string,
  limitMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Run> {
  const end = clock.monotonic() + (limitMs ?? Number.POSITIVE_INFINITY);
  for (;;) {
    const asked = clock.monotonic();
    const seconds = Math.min(WAIT_MAX_SECONDS, Math.max(0, Math.floor((end - asked) / 1000)));
    const run = await api.run(id, { seconds, signal });
    const now = clock.monotonic();
    if (isFinished(run.status) || now >= end) return run;
    const soonest = Math.min(end, asked + LOOK_MIN_MS);
    if (now < soonest) await pause(clock, soonest - now, signal);
  }
}
