import type { Clock } from "../core/clock.ts";
import type { createBatchHandler } from "../engine/worker.ts";
import type { Process } from "./process.ts";

/** A process that is warm: it keeps its code and its clients from one invocation to the next. */
export interface Sandbox {
  readonly process: Process;
  readonly code: string | undefined;
  readonly clock: Clock;
  /** Wakes it up for its next invocation. */
  thaw: () => void;
  readonly handle: ReturnType<typeof createBatchHandler>;
}

/** Warm processes that wait for their next invocation. */
export class IdleSandboxes {
  readonly #idle: Sandbox[] = [];

  keep(sandbox: Sandbox): void {
    this.#idle.push(sandbox);
  }

  /** The one of that code that was used last, if there is one. */
  take(code: string | undefined): Sandbox | undefined {
    const place = this.#idle.findLastIndex((one) => one.code === code);
    return place === -1 ? undefined : this.#idle.splice(place, 1)[0];
  }
}
