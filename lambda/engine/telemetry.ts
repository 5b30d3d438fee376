import type { RunStatus } from "../core/status.ts";
import type { Meta } from "../store/meta.ts";

/** The run that a worker is at. */
export interface TracedRun {
  readonly id: string;
  readonly workflow: string;
  /** Tells the lives of one id apart. */
  readonly incarnation: string;
  /** Number of the claim, 1 the first of this life. */
  readonly epoch: number;
}

/** A claim of a run. */
export interface TracedClaim extends TracedRun {
  /** Whether its last owner never gave it back. */
  readonly isTakeover: boolean;
}

/** What telemetry is told of a run that is claimed. */
export const tracedRun = (meta: Meta): TracedRun => ({
  id: meta.id,
  workflow: meta.workflow,
  incarnation: meta.incarnation,
  epoch: meta.epoch,
});

/** One attempt of a step's body, or of a rollback. */
export interface TracedAttempt {
  readonly run: TracedRun;
  /** Key of the step in the run's history. */
  readonly key: string;
  /** Number of the attempt, 1 the first. */
  readonly attempt: number;
}

/** How a run has left a worker for good, or until other code is deployed. */
export interface TracedEnd {
  readonly run: TracedRun;
  readonly status: Extract<RunStatus, "succeeded" | "failed" | "cancelled" | "blocked">;
  /** The code of the error, if it has one. */
  readonly code: string | undefined;
  /** From the run's start on, milliseconds. */
  readonly ageMs: number;
}

/**
 * Is told what a worker does, for traces and metrics. What it throws fails the work that it was told of,
 * so it must not throw by itself.
 */
export interface Telemetry {
  /** Around what one invocation does with a run; gives what the work gives. */
  advance?<T>(claim: TracedClaim, work: () => Promise<T>): Promise<T>;
  /** Around one attempt of a body; gives what the body gives. */
  attempt?<T>(attempt: TracedAttempt, body: () => Promise<T>): Promise<T>;
  /** A run has ended or was blocked, and that is recorded. */
  ended?(end: TracedEnd): void;
  /** An invocation is about to end: sends what is gathered. A failure is logged, and fails nothing. */
  flush?(): Promise<void>;
}

/** Runs a body as telemetry wants it. */
export const traceAttempt = <T>(
  telemetry: Telemetry | undefined,
  attempt: Omit<TracedAttempt, "run"> & { readonly meta: Meta },
  body: () => Promise<T>,
): Promise<T> => {
  const { meta, ...rest } = attempt;
  return telemetry?.attempt?.({ run: tracedRun(meta), ...rest }, body) ?? body();
};

/** Several as one: the first is the outermost. */
export function allTelemetry(all: readonly Telemetry[]): Telemetry {
  return {
    advance: (run, work) =>
      all.reduceRight((inner, one) => () => one.advance?.(run, inner) ?? inner(), work)(),
    attempt: (attempt, body) =>
      all.reduceRight((inner, one) => () => one.attempt?.(attempt, inner) ?? inner(), body)(),
    ended: (end) => {
      for (const one of all) one.ended?.(end);
    },
    flush: async () => {
      await Promise.all(all.map(async (one) => one.flush?.()));
    },
  };
}
