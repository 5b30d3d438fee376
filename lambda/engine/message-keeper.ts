import type { EngineDependencies } from "./dependencies.ts";

/** A message comes back this long after its run's lease has ended, milliseconds. */
const AFTER_LEASE_MS = 1_000;

/**
 * Keeps the messages of a batch hidden for as long as their leases last. They are the
 * dead-man's switch: those of a dead worker come back when its leases have ended. Failing to extend
 * one only brings it back early, to be refused.
 */
export class MessageKeeper {
  readonly #deps: Pick<EngineDependencies, "hints" | "clock" | "log" | "settings">;
  readonly #kept = new Set<string>();
  readonly #calls = new Set<Promise<void>>();
  #cancel: (() => void) | undefined;

  constructor(deps: Pick<EngineDependencies, "hints" | "clock" | "log" | "settings">) {
    this.#deps = deps;
  }

  /** Hides messages for one lease from now, and again with each third of it. */
  keep(receipts: readonly string[]): void {
    for (const receipt of receipts) this.#kept.add(receipt);
    this.#hide(receipts);
    this.#cancel ??= this.#again();
  }

  /** Hides a message no further; resolves when its visibility is the caller's to decide. */
  async drop(receipt: string): Promise<void> {
    this.#kept.delete(receipt);
    await Promise.all(this.#calls);
  }

  /** Ends the extensions and waits for those in flight. */
  async stop(): Promise<void> {
    this.#cancel?.();
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
