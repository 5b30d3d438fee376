import type { EngineDependencies } from "./dependencies.ts";

/** A message comes back this long after its run's lease has ended, milliseconds. */
const AFTER_LEASE_MS = 1_000;

/**
 * Messages claimed within this time are hidden by one call, out of the way of their runs' first
 * steps, milliseconds.
 */
const GATHER_MS = 2;

/**
 * Keeps the messages of runs under way hidden for as long as their leases last. They are the
 * dead-man's switch: those of a dead worker come back when its leases have ended. Failing to extend
 * one only brings it back early, to be refused.
 */
export class MessageKeeper {
  readonly #deps: Pick<EngineDependencies, "hints" | "clock" | "log" | "settings">;
  readonly #kept = new Set<string>();
  /** Kept, and not hidden yet. */
  readonly #fresh = new Set<string>();
  #cancelFresh: (() => void) | undefined;
  readonly #calls = new Set<Promise<void>>();
  #cancel: (() => void) | undefined;

  constructor(deps: Pick<EngineDependencies, "hints" | "clock" | "log" | "settings">) {
    this.#deps = deps;
  }

  /** Hides a message for one lease from now, and again with each third of it. */
  keep(receipt: string): void {
    this.#kept.add(receipt);
    this.#fresh.add(receipt);
    this.#cancelFresh ??= this.#deps.clock.after(GATHER_MS, () => {
      this.#cancelFresh = undefined;
      const fresh = [...this.#fresh];
      this.#fresh.clear();
      if (fresh.length > 0) this.#hide(fresh);
    });
    this.#cancel ??= this.#again();
  }

  drop(receipt: string): void {
    this.#kept.delete(receipt);
    this.#fresh.delete(receipt);
  }

  /** Ends the extensions and waits for those in flight. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancelFresh?.();
    await Promise.all(this.#calls);
  }

  #again(): () => void {
    const { clock, settings } = this.#deps;
    return clock.after(settings.leaseMs / 3, () => {
      this.#hide([...this.#kept]);
      this.#cancel = this.#again();
    });
  }

  #hide(receipts: readonly string[]): void {
    const { hints, log, settings } = this.#deps;
    const ms = settings.leaseMs + AFTER_LEASE_MS;
    const [only] = receipts;
    const call = (
      receipts.length === 1 && only !== undefined
        ? hints.hide(only, ms)
        : hints.hideAll(receipts, ms)
    )
      .catch((error: unknown) => log.warn("messages not extended", { error }))
      .finally(() => this.#calls.delete(call));
    this.#calls.add(call);
  }
}
