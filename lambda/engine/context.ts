import type { Duration } from "../core/duration.ts";
import type { EpochMs } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Event } from "./event.ts";
import type { ChildOptions } from "./ops/child.ts";
import type { StepBody, StepOptions } from "./ops/step-options.ts";
import type { Schema, Workflow } from "./workflow.ts";

/** How the branches of a map or parallel are run. */
export interface BranchOptions {
  /** Branches at work at a time. Default: all. */
  readonly concurrency?: number;
}

/** The same, going on when some branches fail. */
export interface TolerantBranchOptions extends BranchOptions {
  /** Branches that may fail; with one more, the whole fails. */
  readonly tolerate: number;
}

/** Named branches of `ctx.parallel`. */
export type Branches = Readonly<Record<string, (branch: Context) => Promise<unknown>>>;

/** What the branches return, by name. */
export type BranchResults<B extends Branches> = { [K in keyof B]: Awaited<ReturnType<B[K]>> };

/** Which branch of a `ctx.race` ended first, and what it returned. */
export type RaceResult<B extends Branches> = {
  [K in keyof B & string]: { readonly winner: K; readonly value: Awaited<ReturnType<B[K]>> };
}[keyof B & string];

/** What lets somebody outside complete an operation of a run, once, without any other right. */
export interface Token<Value> {
  /** Whoever has it can complete it: tell it to nobody else, and keep it out of logs. */
  readonly token: string;
  /** Path of the HTTP API that it is completed at, by a POST of the value. */
  readonly path: string;
  /**
   * Waits for the value that it is completed with; asked again, gives the same promise. After the
   * token's timeout it gives undefined.
   * @throws ValidationError when the value does not fit the schema; the token is used all the same
   * @throws TokenInvalidError in a fork that has the token from the run it was forked from, when that is good
   *   for ever and had not been completed by then: it never will be, here
   */
  result(): Promise<Value>;
}

/**
 * What a workflow acts through. Each call is an operation that is recorded once; after a crash the
 * recorded outcome is given back. Names must be stable and, within a scope, are told apart by the
 * order of their calls (`read`, `read#2`).
 */
export interface Context {
  /** Id of this run. */
  readonly runId: string;
  /** How many times this run has been claimed, 1 the first. For logs: it differs after a crash. */
  readonly attempt: number;
  /** Aborted when this process has to give the run up. */
  readonly signal: AbortSignal;
  /** A log that is silent while recorded operations are replayed. */
  readonly log: Log;

  /**
   * Runs a body with effects, and records what it returns. The body runs at least once, is retried
   * when it throws, and never again once its result is recorded.
   * @throws what the body threw when it is not retried, RetriesExhaustedError when all attempts failed
   */
  step<T>(name: string, body: StepBody<T>): Promise<T>;
  step<T>(name: string, options: StepOptions<NoInfer<T>>, body: StepBody<T>): Promise<T>;

  /** Waits; no compute is held meanwhile unless the wait is short. */
  sleep(name: string, duration: Duration): Promise<void>;
  /** Waits until a time; a time that has passed is no wait. */
  sleepUntil(name: string, time: Date | EpochMs): Promise<void>;

  /**
   * Waits for an event that is sent into this run, and takes the oldest one not taken yet; events are
   * kept until they are waited for. Two waits never take the same one.
   * @param options.timeout how long to wait, counted from the first call; then it gives undefined
   * @throws ValidationError when what was sent does not fit the event's schema; it is taken all the same
   */
  waitFor<Value>(event: Event<unknown, Value>): Promise<Value>;
  waitFor<Value>(
    event: Event<unknown, Value>,
    options: { readonly timeout: Duration },
  ): Promise<Value | undefined>;

  /**
   * Makes a callback token: drawn once, the same after a crash. It is valid for this run only, is
   * completed at most once, and ends with its round.
   * @param options.schema checks the value that it is completed with
   * @param options.timeout how long it can be completed, counted from now; then its result is undefined
   */
  token<Value>(
    name: string,
    options: { readonly schema?: Schema<unknown, Value>; readonly timeout: Duration },
  ): Promise<Token<Value | undefined>>;
  token<Value>(
    name: string,
    options?: { readonly schema?: Schema<unknown, Value>; readonly timeout?: undefined },
  ): Promise<Token<Value>>;

  /**
   * Sends an event into another run; it arrives once, whatever happens to this one meanwhile. A full
   * mailbox is tried again for some minutes.
   * @throws RunNotFoundError, RunConflictError when that run has finished, MailboxFullError,
   * ValidationError, InvalidArgumentError
   */
  send<Given>(runId: string, event: Event<Given, unknown>, value: NoInfer<Given>): Promise<void>;

  /**
   * Starts a child run and waits for its output.
   * @throws the error the child failed with; RunConflictError when the id belongs to another run
   */
  run<Given, Output>(
    workflow: Workflow<Given, Output>,
    input: NoInfer<Given>,
    options?: ChildOptions,
  ): Promise<Output>;
  /** Starts a child run and does not wait for it. */
  start<Given>(
    workflow: Workflow<Given>,
    input: NoInfer<Given>,
    options?: ChildOptions,
  ): Promise<{ readonly id: string }>;

  /**
   * Runs a function for each item, each in a scope of its own. Like `Promise.all`: the first failure
   * fails the whole, and what is under way goes on; with `tolerate` it settles like
   * `Promise.allSettled`, or fails with an AggregateError when more branches fail than tolerated.
   */
  map<T, R>(
    name: string,
    items: readonly T[],
    options: TolerantBranchOptions,
    each: (branch: Context, item: T, index: number) => Promise<R>,
  ): Promise<PromiseSettledResult<R>[]>;
  map<T, R>(
    name: string,
    items: readonly T[],
    options: BranchOptions,
    each: (branch: Context, item: T, index: number) => Promise<R>,
  ): Promise<R[]>;
  map<T, R>(
    name: string,
    items: readonly T[],
    each: (branch: Context, item: T, index: number) => Promise<R>,
  ): Promise<R[]>;
  /** Runs named branches side by side, each in a scope of its own. Fails with the first failure. */
  parallel<B extends Branches>(
    name: string,
    branches: B,
    options?: BranchOptions,
  ): Promise<BranchResults<B>>;

  /**
   * Runs named branches side by side, each in a scope of its own, until the first of them ends. The others
   * are given up: their bodies are told by their signals, their children are cancelled.
   * @throws what the first branch to end has thrown
   */
  race<B extends Branches>(name: string, branches: B): Promise<RaceResult<B>>;

  /**
   * Whether this run follows the changed code: true for runs that come to this place for the first time
   * under it, false for runs that have passed it before. Lets code change under runs in flight.
   * @param id names the change; keep it for as long as runs from before it may live
   */
  patched(id: string): Promise<boolean>;

  /**
   * Ends this round of the run and begins the next one, with this input and an empty history: for runs that
   * go on for ever. Events not taken yet come along. Does not return.
   * @throws InvalidArgumentError while a child run is awaited; ValidationError; CancelledError when the run
   * is cancelled, be it before the next round has begun or while this one cleans up
   */
  continueAsNew(input: unknown): Promise<never>;

  /** Time as replay will see it again: when the last operation this run knows of had settled. */
  now(): EpochMs;
  /** A number in [0, 1) that replay gives again; derived from the run and the place of the call. */
  random(): number;
  /** A UUID that replay gives again; derived from the run and the place of the call. */
  uuid(): string;
}
