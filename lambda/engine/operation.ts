import type { EpochMs } from "../core/clock.ts";
import type { Meta } from "../store/meta.ts";
import type { OperationRecord } from "../store/operation.ts";
import type { Execution } from "./execution.ts";
import type { OperationRequest } from "./history.ts";

/** What an operation does once it may: begin, or carry on from its record. */
export interface Behaviour {
  live(operation: Operation, execution: Execution): Promise<void>;
}

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
  /** Leave to start a body expected to take this long, milliseconds. */
  readonly bodyMs?: number;
  /** The child's META as just read, undefined when there is none; or nothing, when time has come. */
  readonly wake: (child?: Meta) => void;
}

/** An operation the code has asked for and not yet been answered. */
export interface Operation extends OperationRequest {
  readonly behaviour: Behaviour;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** As loaded, or as last written. */
  record: OperationRecord | undefined;
  phase: Phase;
  wait: Wait | undefined;
}
