import type { EpochMs } from "../core/clock.ts";

/** What an operation came to, as the code will see it. */
export type Outcome =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** An outcome ready to be given to the code. */
export interface Settlement {
  readonly key: string;
  readonly outcome: Outcome;
  readonly at: EpochMs;
  /** Whether it is new in the history; a timer that fired alone, or a replayed one, is not. */
  readonly isNew: boolean;
}

/**
 * The order in which live code sees outcomes: that in which they became known, whatever order their
 * writes are acknowledged in. Replay settles by the same numbers, so code that uses `Promise.race`
 * or plain async functions sees the same world after a crash as before it.
 */
export class Settlements {
  #reserved: number;
  #taken: number;
  readonly #writing = new Set<string>();
  readonly #ready = new Map<number, Settlement>();

  /** @param taken places used up before; the first one to be reserved is the next */
  constructor(taken = 0) {
    this.#reserved = taken;
    this.#taken = taken;
  }

  /** Places reserved so far. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Takes the next place; called when an operation's outcome becomes known, before it is written. */
  reserve(key: string): number {
    this.#reserved += 1;
    this.#writing.add(key);
    return this.#reserved;
  }

  /** Whether the outcome of that operation has a place and is being written. */
  isReservedFor(key: string): boolean {
    return this.#writing.has(key);
  }

  /** Fills a place once its write is acknowledged. */
  fill(place: number, settlement: Settlement): void {
    this.#writing.delete(settlement.key);
    this.#ready.set(place, settlement);
  }

  /** The next settlement in order; undefined while an earlier one is still being written. */
  take(): Settlement | undefined {
    const settlement = this.#ready.get(this.#taken + 1);
    if (!settlement) return undefined;
    this.#taken += 1;
    this.#ready.delete(this.#taken);
    return settlement;
  }

  /** Whether places are reserved that have not been taken. */
  get isOpen(): boolean {
    return this.#taken < this.#reserved;
  }
}
