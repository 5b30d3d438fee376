import type { Duration } from "../../core/duration.ts";
import type { Log } from "../../core/log.ts";
import type { RetryOptions } from "../../core/retry-policy.ts";

/** How a step is run. */
export interface StepOptions<T = unknown> {
  /** When and how often it is tried again. */
  readonly retry?: RetryOptions;
  /** Longest time of one attempt; its signal is aborted then. Default: the invocation's own end. */
  readonly timeout?: Duration;
  /**
   * Undoes the step, once it has completed, when the run fails or is cancelled: last in, first out. It is
   * given the step's result, is retried like a step, and is recorded once.
   */
  readonly rollback?: (value: T, step: StepContext) => unknown;
  /**
   * The body is never run twice, not even when its worker dies in it or its invocation ends: the step then
   * fails with StepInterruptedError, because nobody can tell what it did. Costs a write; excludes retries.
   */
  readonly atMostOnce?: boolean;
}

/** What a step's body is given. */
export interface StepContext {
  /** Key of the step in the run's history. */
  readonly key: string;
  /** Number of this attempt, 1 the first. */
  readonly attempt: number;
  /** How many attempts the step has in all, 1 when it is not retried. */
  readonly attempts: number;
  /** Aborted at the timeout, when the invocation ends, and when the run belongs to another worker. */
  readonly signal: AbortSignal;
  /**
   * The same for every attempt of this step of this run, and no other's: hand it to what you call. A step
   * that was undone gets another when a resumed run does it again.
   */
  readonly idempotencyKey: string;
  readonly log: Log;
}

/** A step's body. */
export type StepBody<T> = (step: StepContext) => T | Promise<T>;
