import type { Clock, EpochMs } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Trim } from "../store/hold-run.ts";
import type { Meta } from "../store/meta.ts";
import type { Ownership } from "../store/owned.ts";
import type { EngineStore } from "../store/engine-store.ts";
import type { EngineSettings } from "./settings.ts";

/** What a lease needs to keep itself. */
export interface LeaseDependencies {
  readonly store: EngineStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly settings: EngineSettings;
}

/** What the holder tells and hears with each heartbeat. */
export interface LeaseHolder {
  activity(): readonly string[];
  /** Progress not yet marked in META. */
  unmarkedProgress(): number | undefined;
  /** What is left of the mailbox, when enough was consumed to be worth a trim. */
  trim(): Trim | undefined;
  /** META as the heartbeat returned it. */
  heard(meta: Meta): void;
  /** The lease is gone: start nothing more, abort what runs, write nothing. */
  lost(): void;
}

/**
 * A worker's exclusive, expiring right to advance a run. It is judged by the wall clock, which
 * rivals see, and by the monotonic one, counted from before the heartbeat was sent: a process that
 * was paused must not trust a clock that was set back meanwhile.
 */
export class Lease {
  me: Ownership;
  readonly #deps: LeaseDependencies;
  #until: EpochMs;
  #monotonicUntil: number;
  /** Monotonic time of the last heartbeat, or of the claim. */
  #beatAt: number;
  #cancelBeat: (() => void) | undefined;
  #beating: Promise<void> | undefined;
  #holder: LeaseHolder | undefined;
  #isPaused = false;
  #isOver = false;
  #isLost = false;

  constructor(deps: LeaseDependencies, me: Ownership, until: EpochMs, monotonicUntil: number) {
    this.#deps = deps;
    this.me = me;
    this.#until = until;
    this.#monotonicUntil = monotonicUntil;
    this.#beatAt = monotonicUntil - deps.settings.leaseMs;
  }

  /** Whether a body may start now: enough of the lease is left for what it will write. */
  get allowsWork(): boolean {
    return this.#deps.clock.now() < this.safeUntil;
  }

  /** Until when a write may be tried: heartbeats move it, and nothing is once the lease is over. */
  get safeUntil(): EpochMs {
    if (this.#isOver) return Number.NEGATIVE_INFINITY;
    const { clock, settings } = this.#deps;
    const monotonicLeft = this.#monotonicUntil - clock.monotonic();
    return Math.min(this.#until, clock.now() + monotonicLeft) - settings.leaseMarginMs;
  }

  /** Who is told of heartbeats; from the moment it is set when the lease was lost before. */
  set holder(holder: LeaseHolder) {
    this.#holder = holder;
    if (this.#isLost) holder.lost();
  }

  /** The run goes on in its next round, under the same lease. */
  enterGeneration(generation: number): void {
    this.me = { ...this.me, generation };
  }

  /** Beats each third of the lease until `pause` or `stop`. */
  keep(): void {
    const { clock, settings } = this.#deps;
    this.#isPaused = false;
    const sinceLast = clock.monotonic() - this.#beatAt;
    this.#cancelBeat = clock.after(settings.leaseMs / 3 - sinceLast, () => {
      this.#beating = this.beat().then(() => {
        if (!this.#isOver && !this.#isPaused) this.keep();
      });
    });
  }

  /** Holds the heartbeats back and waits for one in flight: one that met a release would seem lost. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    this.#cancelBeat?.();
    await this.#beating;
  }

  /** Ends the heartbeats and waits for one in flight. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#cancelBeat?.();
    await this.#beating;
  }

  /** One heartbeat, retried while the lease would still be safe. */
  async beat(): Promise<void> {
    const { store, clock, ids, log, settings } = this.#deps;
    const until = clock.now() + settings.leaseMs;
    this.#beatAt = clock.monotonic();
    const monotonicUntil = this.#beatAt + settings.leaseMs;
    const activity = this.#holder?.activity() ?? [];
    const progress = this.#holder?.unmarkedProgress();
    const trim = this.#holder?.trim();
    const request = { leaseUntil: until, activity, progress };
    const patient = store.until(() => this.safeUntil);
    try {
      let beat = await patient.heartbeat(this.me, ids.nonce(), { ...request, trim });
      // Something came that the trim does not know of.
      if (trim && beat.outcome === "refused") {
        this.#holder?.heard(beat.meta);
        beat = await patient.heartbeat(this.me, ids.nonce(), request);
      }
      if (this.#isOver) return;
      if (beat.outcome === "lost") {
        log.warn("lease lost to another worker", { run: this.me.id, epoch: this.me.epoch });
        return this.#lose();
      }
      // Refused while still the owner: the wall clock was set back, and the lease lasts as long as it did.
      if (beat.outcome === "done") {
        this.#until = until;
        this.#monotonicUntil = monotonicUntil;
      }
      this.#holder?.heard(beat.meta);
    } catch (error) {
      if (this.#isOver) return;
      log.error("lease could not be extended", { run: this.me.id, error });
      this.#lose();
    }
  }

  #lose(): void {
    this.#isOver = true;
    this.#isLost = true;
    this.#holder?.lost();
  }
}
