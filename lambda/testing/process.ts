import type { Clock, EpochMs } from "../core/clock.ts";

/** One simulated process. Dead, it never hears from AWS again; frozen, it does nothing for a while. */
export class Process {
  readonly name: string;
  /** Resolves when the process dies. */
  readonly death: Promise<undefined>;
  isDead = false;
  /** Resolves when the process is no longer frozen. */
  thawed: Promise<void> = Promise.resolve();
  #freezes = 0;
  #end: (value: undefined) => void = () => undefined;

  constructor(name: string) {
    this.name = name;
    this.death = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isFrozen(): boolean {
    return this.#freezes > 0;
  }

  die(): void {
    this.isDead = true;
    this.#end(undefined);
  }

  /** Stands still until the promise resolves: no timer fires, nothing is sent, nothing is heard. */
  freeze(until: Promise<void>): void {
    this.#freezes += 1;
    const before = this.thawed;
    this.thawed = Promise.all([before, until]).then(() => {
      this.#freezes -= 1;
    });
  }
}

/** Time as one process sees it: off by `skewMs`; its timers wait while it is frozen. */
export function processClock(clock: Clock, process: Process, skewMs = 0): Clock {
  return {
    now: (): EpochMs => clock.now() + skewMs,
    monotonic: () => clock.monotonic(),
    after(ms, wake) {
      let isCancelled = false;
      const cancel = clock.after(ms, () => {
        const fire = () => {
          if (!isCancelled && !process.isDead) wake();
        };
        if (process.isFrozen) void process.thawed.then(fire);
        else fire();
      });
      return () => {
        isCancelled = true;
        cancel();
      };
    },
  };
}
