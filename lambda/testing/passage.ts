import type { EpochMs } from "../core/clock.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What decides how time passes. */
export interface PassageParts {
  readonly clock: VirtualClock;
  /** Counts everything that happens; as long as it does not change, nothing has. */
  readonly happened: () => number;
  /** Whether something is on its way that will happen without time passing. */
  readonly isComing: () => boolean;
  /** See `WorldOptions.realWork`. */
  readonly realWork: (() => Promise<void> | undefined) | undefined;
  /** Does what comes before the next timer, if there is anything: time has passed up to it then. */
  readonly beforeNext: () => Promise<boolean>;
  /** What is said of a world in which nothing happens any more. */
  readonly stuck: () => string;
}

/** Macrotask turns without a call or a timer after which all is quiet. */
const QUIET_TURNS = 12;

/** Turns that a replay is given in all; others who wait for turns for ever must not stop time. */
const REPLAY_TURNS = 20_000;

/** Whether somebody else waits for a macrotask turn: a long replay takes many, and no time. */
const isTurning = (): boolean => process.getActiveResourcesInfo().includes("Immediate");

/** A minute, milliseconds. */
export const MINUTE_MS = 60_000;

/** The first full minute that is not before a time. */
export const nextMinute = (time: EpochMs): EpochMs => Math.ceil(time / MINUTE_MS) * MINUTE_MS;

/** Nothing happens any more, or not within the time that was given, that could settle what is waited for. */
export class StuckError extends Error {}

/** Lets virtual time pass for as long as somebody waits for something, and not before all is quiet. */
export class Passage {
  readonly #parts: PassageParts;
  readonly #waits = new Set<{ readonly isSettled: boolean }>();
  #moving: Promise<boolean> | undefined;

  constructor(parts: PassageParts) {
    this.#parts = parts;
  }

  /**
   * Lets time pass until `promise` settles; several may be waited for at once.
   * @param withinMs virtual time after which the world is stuck
   * @throws StuckError when it is
   */
  async until<T>(promise: Promise<T>, withinMs: number): Promise<T> {
    const { clock, stuck } = this.#parts;
    const wait = { isSettled: false };
    const settle = () => void (wait.isSettled = true);
    promise.then(settle, settle);
    const end = clock.monotonic() + withinMs;
    this.#waits.add(wait);
    try {
      for (;;) {
        this.#moving ??= this.#move().finally(() => (this.#moving = undefined));
        const hasMoved = await this.#moving;
        if (wait.isSettled) return await promise;
        if (!hasMoved || clock.monotonic() > end) throw new StuckError(stuck());
      }
    } finally {
      this.#waits.delete(wait);
    }
  }

  /** Lets everything happen that needs no time to pass. */
  async quiet(): Promise<void> {
    const { happened, isComing } = this.#parts;
    let seen = -1;
    let patience = REPLAY_TURNS;
    for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = happened();
      const isReplaying = patience > 0 && isTurning();
      if (isReplaying) patience -= 1;
      if (now !== seen || isReplaying || isComing()) turns = 0;
      seen = now;
    }
  }

  /** Lets time pass up to the next thing that happens, unless somebody can go on before; false at the end. */
  async #move(): Promise<boolean> {
    const { clock, realWork, beforeNext } = this.#parts;
    await this.quiet();
    if ([...this.#waits].some(({ isSettled }) => isSettled)) return true;
    const work = realWork?.();
    if (work) {
      await work;
      return true;
    }
    return (await beforeNext()) || clock.fireNext();
  }
}
