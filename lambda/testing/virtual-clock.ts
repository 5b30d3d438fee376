import type { Clock, EpochMs } from "../core/clock.ts";

interface Timer {
  /** In monotonic time. */
  readonly at: number;
  readonly sequence: number;
  readonly wake: () => void;
}

/** What a monotonic clock shows when the process starts: nothing that could pass for a date. */
const MONOTONIC_START = 5_000;

/**
 * A clock that stands still until it is moved; timers fire in order of time, then of creation. Its
 * wall clock can be set; the monotonic one, by which the timers go, has an origin of its own.
 */
export class VirtualClock implements Clock {
  #monotonic = MONOTONIC_START;
  #wallOffset: number;
  #sequence = 0;
  /** In the order in which they fire. */
  readonly #timers: Timer[] = [];
  /** Calls to `after` so far: tests of quiet use it to see whether anything happened. */
  get scheduled(): number {
    return this.#sequence;
  }

  constructor(start: EpochMs = Date.UTC(2026, 0, 1)) {
    this.#wallOffset = start - MONOTONIC_START;
  }

  now(): EpochMs {
    return this.#monotonic + this.#wallOffset;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Sets the wall clock forward, or back by a negative number; no time passes, no timer notices. */
  setForward(ms: number): void {
    this.#wallOffset += ms;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = {
      at: Math.ceil(this.#monotonic + Math.max(ms, 0)),
      sequence: this.#sequence,
      wake,
    };
    this.#sequence += 1;
    this.#timers.splice(this.#placeOf(timer), 0, timer);
    return () => {
      const place = this.#placeOf(timer);
      if (this.#timers[place] === timer) this.#timers.splice(place, 1);
    };
  }

  /** When the next timer fires, by the wall clock; undefined when there is none. */
  get next(): EpochMs | undefined {
    const [first] = this.#timers;
    return first && first.at + this.#wallOffset;
  }

  /** Jumps to the next timer and fires it; false when there is none. */
  fireNext(): boolean {
    const timer = this.#timers.shift();
    if (!timer) return false;
    this.#monotonic = Math.max(this.#monotonic, timer.at);
    timer.wake();
    return true;
  }

  /** Moves time without firing what lies between: a process that was paused. */
  skip(ms: number): void {
    this.#monotonic += ms;
  }

  /** Where a timer stands, or would stand. */
  #placeOf({ at, sequence }: Timer): number {
    let [low, high] = [0, this.#timers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = this.#timers[middle] as Timer;
      if (one.at < at || (one.at === at && one.sequence < sequence)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
