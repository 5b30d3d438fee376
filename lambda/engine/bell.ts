import type { Clock } from "../core/clock.ts";

/** Wakes the one loop that drives a run. A ring before the wait is not lost. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Waits for a ring, at most `ms` milliseconds; true when it rang. */
  async wait(ms?: number): Promise<boolean> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const cancel =
          ms === undefined || ms === Number.POSITIVE_INFINITY
            ? undefined
            : this.#clock.after(ms, resolve);
        this.#wake = () => {
          cancel?.();
          resolve();
        };
      });
      this.#wake = undefined;
    }
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}

/** One macrotask turn: everything the code does in reaction to a settlement happens within it. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
