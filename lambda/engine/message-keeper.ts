import { turn } from "./bell.ts";
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

  /**
   * Hides messages for one lease, and again with each third of it. The first time it lets the caller
   * go on first: hiding takes as long as a step, and no claim should wait for it.
   */
  keep(receipts: readonly string[]): void {
    for (const receipt of receipts) this.#kept.add(receipt);
    this.#call(turn().then(() => this.#hideKept()));
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
      this.#call(this.#hideKept());
      this.#cancel = this.#again();
    });
  }

  async #hideKept(): Promise<void> {
    const { hints, settings } = this.#deps;
    const ms = settings.leaseMs + AFTER_LEASE_MS;
    const [first, ...rest] = this.#kept;
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
