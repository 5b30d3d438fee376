import type { EpochMs } from "../core/clock.ts";
import type { Message } from "../store/mailbox.ts";
import type { Meta } from "../store/meta.ts";
import type { OperationRecord } from "../store/operation.ts";
import type { Execution } from "./execution.ts";
import type { OperationRequest } from "./history.ts";
import type { StepContext } from "./ops/step-options.ts";

/** What an operation does once it may: begin, or carry on from its record. */
export interface Behaviour {
  live(operation: Operation, execution: Execution): Promise<void>;
  /** Undoes what a step has done; called once the run has failed or was cancelled. */
  readonly undo?: Undo | undefined;
}

/** Undoes what a step has done. */
export type Undo = (value: unknown, step: StepContext) => unknown;

/**
 * Where an asked operation stands in this process. `held`: not started, as while replaying;
 * `active`: a body runs or a write is in flight, so the run cannot be given back; `waiting`: for a
 * time, a child, or leave to start its body.
 */
export type Phase = "held" | "active" | "waiting";

/** What a waiting operation waits for. */
export interface Wait {
  readonly wakeAt?: EpochMs;
  readonly childId?: string;
  /** Name of the message waited for. */
  readonly message?: string;
  /** Leave to start a body expected to take this long, milliseconds. */
  readonly bodyMs?: number;
  readonly wake: (by?: Waker) => void;
}

/** What ended a wait; neither, when time has come or the child does not exist. */
export interface Waker {
  /** The child's META as just read. */
  readonly child?: Meta | undefined;
  readonly message?: Message;
}

/** Why bodies are told to stop. */
export type StopReason = "deadline" | "cancelled" | "lost" | "over";

/** What a takeover marks: an operation, or its place in the history. */
export interface Markable extends Omit<OperationRequest, "scope"> {
  record: OperationRecord | undefined;
  /** How many outcomes the code had been given when it asked; none for what it will not be answered. */
  readonly askedAfter?: number;
  /** Nobody waits for it any more. */
  readonly isGivenUp?: boolean;
  /** It is a timer that has fired without a record. */
  readonly hasFired?: boolean;
}

/** An operation the code has asked for and not yet been answered. */
export interface Operation extends OperationRequest {
  readonly behaviour: Behaviour;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** As loaded, or as last written. */
  record: OperationRecord | undefined;
  readonly askedAfter: number;
  phase: Phase;
  wait: Wait | undefined;
  /** Stops its body, while one runs. */
  body?: AbortController;
  /** Whether the META of the child it waits for has been read here. */
  hasSeenChild?: boolean;
  /** The message it was given and has not recorded yet. */
  taken?: string;
}
