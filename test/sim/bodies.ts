import type { Clock } from "../../lambda/core/clock.ts";
import type { StepContext } from "../../lambda/index.ts";
import type { Process } from "../../lambda/testing/process.ts";

/** A step's body that was entered. */
export interface Entry {
  readonly run: string;
  readonly epoch: number;
  readonly idempotencyKey: string;
  readonly process: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** The world outside that bodies act on, as one process reaches it. */
export class Bodies {
  readonly #process: Process;
  readonly #clock: Clock;
  readonly #entered: (entry: Entry) => void;

  constructor(process: Process, clock: Clock, entered: (entry: Entry) => void) {
    this.#process = process;
    this.#clock = clock;
    this.#entered = entered;
  }

  /** Acts for `ms`; the body of a dead process does nothing any more. */
  async act(run: string, epoch: number, step: StepContext, ms: number): Promise<void> {
    if (this.#process.isDead) return new Promise(() => undefined);
    const { idempotencyKey, attempt, signal } = step;
    const process = this.#process.name;
    this.#entered({ run, epoch, idempotencyKey, attempt, signal, process });
    if (ms > 0) await new Promise<void>((resolve) => this.#clock.after(ms, resolve));
  }
}
