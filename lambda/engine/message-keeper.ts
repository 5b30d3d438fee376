import type { EngineDependencies } from "./dependencies.ts";

/** A message comes back this long after its run's lease has ended, milliseconds. */
const AFTER_LEASE_MS = 1_000;

/**
 * A batch is first hidden when it has taken this long, milliseconds: one that is done before need not
 * be, and hiding takes as long as a step. The queue itself hides a message for longer than this.
 */
const FIRST_HIDE_MS = 100;

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
  #hasHidden = false;

  constructor(deps: Pick<EngineDependencies, "hints" | "clock" | "log" | "settings">) {
    this.#deps = deps;
  }

  /** Hides messages for one lease, soon, and again with each third of it. */
  keep(receipts: readonly string[]): void {
    for (const receipt of receipts) this.#kept.add(receipt);
    this.#cancel ??= this.#after(FIRST_HIDE_MS);
  }

  /** A message that will be reported as failed comes back after a lease, not when the queue says. */
  async fail(receipt: string): Promise<void> {
    if (!this.#hasHidden && this.#kept.has(receipt)) this.#call(this.#hide([receipt]));
    await this.drop(receipt);
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

  #after(ms: number): () => void {
    const { clock, settings } = this.#deps;
    return clock.after(ms, () => {
      this.#hasHidden = true;
      this.#call(this.#hide([...this.#kept]));
      this.#cancel = this.#after(settings.leaseMs / 3);
    });
  }

  async #hide([first, ...rest]: readonly string[]): Promise<void> {
    const { hints, settings } = this.#deps;
    const ms = settings.leaseMs + AFTER_LEASE_MS;
    if (first === undefined) return;
    await (rest.length === 0 ? hints.hide(first, ms) : hints.hideAll([first, ...rest], ms));
  }

  #call(hiding: Promise<void>): void {
    const call = hiding
      .catch((error: unknown) => this.#deps.log.warn("messages not extended", { error }))
      .finally(() => this.#calls.delete(call));
    this.#calls.add(call);
  }
}
