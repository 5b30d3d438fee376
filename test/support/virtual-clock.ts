import type { Clock, EpochMs } from "../../lambda/core/clock.ts";

interface Timer {
  readonly at: EpochMs;
  readonly sequence: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved; timers fire in order of time, then of creation. */
export class VirtualClock implements Clock {
  #now: EpochMs;
  #sequence = 0;
  #timers: Timer[] = [];
  /** Calls to `after` so far: tests of quiet use it to see whether anything happened. */
  get scheduled(): number {
    return this.#sequence;
  }

  constructor(start: EpochMs = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): EpochMs {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { at: Math.ceil(this.#now + Math.max(ms, 0)), sequence: this.#sequence, wake };
    this.#sequence += 1;
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** When the next timer fires; undefined when there is none. */
  get next(): EpochMs | undefined {
    return this.#first()?.at;
  }

  /** Jumps to the next timer and fires it; false when there is none. */
  fireNext(): boolean {
    const timer = this.#first();
    if (!timer) return false;
    this.#timers = this.#timers.filter((one) => one !== timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.wake();
    return true;
  }

  /** Moves time without firing what lies between: a process that was paused. */
  skip(ms: number): void {
    this.#now += ms;
  }

  #first(): Timer | undefined {
    return this.#timers.reduce<Timer | undefined>(
      (first, one) =>
        !first || one.at < first.at || (one.at === first.at && one.sequence < first.sequence)
          ? one
          : first,
      undefined,
    );
  }
}
