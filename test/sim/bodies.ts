import type { Clock } from "../../lambda/core/clock.ts";
import type { Savepoint } from "../../lambda/client/savepoint.ts";
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
  /** Whether the body must never be entered twice. */
  readonly isOnce: boolean;
}

/** The world outside that bodies act on, as one process reaches it. */
export class Bodies {
  readonly #process: Process;
  readonly #clock: Clock;
  readonly #entered: (entry: Entry) => void;
  readonly #client: () => Pick<Savepoint, "completeToken">;

  constructor(
    process: Process,
    clock: Clock,
    entered: (entry: Entry) => void,
    client: () => Pick<Savepoint, "completeToken">,
  ) {
    this.#process = process;
    this.#clock = clock;
    this.#entered = entered;
    this.#client = client;
  }

  /** Acts for `ms`; the body of a dead process does nothing any more. */
  async act(
    run: string,
    epoch: number,
    step: StepContext,
    ms: number,
    isOnce = false,
  ): Promise<void> {
    if (this.#process.isDead) return new Promise(() => undefined);
    const { idempotencyKey, attempt, signal } = step;
    const process = this.#process.name;
    this.#entered({ run, epoch, idempotencyKey, attempt, signal, process, isOnce });
    if (ms > 0) await new Promise<void>((resolve) => this.#clock.after(ms, resolve));
  }

  /** Completes a callback token; that it is used or has expired by then is none of its business. */
  async complete(token: string, value: string, idempotencyKey: string): Promise<void> {
    if (this.#process.isDead) return new Promise(() => undefined);
    await this.#client()
      .completeToken(token, value, { idempotencyKey })
      .catch((error: Error) => {
        if (error.name !== "TokenInvalidError") throw error;
      });
  }
}
