import type { Clock } from "../../../lambda/core/clock.ts";
import type { InvocationResult } from "./invocation.ts";

/** An event that a process has taken on. */
export interface Task {
  readonly requestId: string;
  /** The event, JSON. */
  readonly payload: string;
}

/** The place for the one event that a process handles at a time. */
export interface TaskSlot {
  /** The event in progress. */
  readonly task: Task | undefined;
  /** Id of the event in progress, or of the last one: what is printed belongs to it. */
  readonly lastRequestId: string | undefined;
  /** Takes an event on; resolves with what becomes of it. */
  take(task: Task): Promise<InvocationResult>;
  /** Calls `onTimeout` unless the event is settled within `ms` from now. */
  limit(ms: number, onTimeout: () => void): void;
  /** Settles the event in progress, if `requestId` is its id. */
  settle(requestId: string, result: InvocationResult): void;
  /** Settles the event in progress, if there is one, as failed; worded as Lambda words it. */
  fail(errorType: string, message: string): void;
}

/** Makes an empty slot. */
export function createTaskSlot(clock: Clock): TaskSlot {
  let task: Task | undefined;
  let lastRequestId: string | undefined;
  let resolveTask: ((result: InvocationResult) => void) | undefined;
  let cancelTimeout: (() => void) | undefined;

  function settle(requestId: string, result: InvocationResult): void {
    if (task?.requestId !== requestId) return;
    task = undefined;
    cancelTimeout?.();
    resolveTask?.(result);
  }

  return {
    get task() {
      return task;
    },
    get lastRequestId() {
      return lastRequestId;
    },
    take(taken) {
      task = taken;
      lastRequestId = taken.requestId;
      return new Promise((resolve) => {
        resolveTask = resolve;
      });
    },
    limit(ms, onTimeout) {
      cancelTimeout = clock.after(ms, onTimeout);
    },
    settle,
    fail(errorType, reason) {
      if (!task) return;
      const { requestId } = task;
      const message = `RequestId: ${requestId} Error: ${reason}`;
      settle(requestId, { ok: false, errorType, message });
    },
  };
}
