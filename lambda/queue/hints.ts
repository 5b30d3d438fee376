import type { EpochMs } from "../core/clock.ts";

/** "Look at this run." Losing, repeating or reordering hints is harmless. */
export interface Hint {
  readonly run: string;
  /** The `dueAt` it was sent for: without it, an early hint would renew itself for ever. */
  readonly for: EpochMs | undefined;
}

/** Reads a message body; undefined when it is no hint. */
export function parseHint(body: string): Hint | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("run" in value)) return undefined;
  const sentFor = "for" in value ? value.for : undefined;
  return typeof value.run === "string" && (sentFor === undefined || typeof sentFor === "number")
    ? { run: value.run, for: sentFor }
    : undefined;
}

/** The hint queue. */
export interface Hints {
  /** Sends a hint that arrives `delayMs` from now (rounded up to a second, 15 minutes at most). */
  send(hint: Hint, delayMs?: number): Promise<void>;
  /** Hides a message for `ms` more milliseconds, rounded up to a second. */
  hide(receipt: string, ms: number): Promise<void>;
  /** Hides messages, ten a call. Throws when some were not hidden, saying how many and why; the others are. */
  hideAll(receipts: readonly string[], ms: number): Promise<void>;
  delete(receipt: string): Promise<void>;
}

/**
 * A queue that is opened when it is first used: most of what a cold start does needs none.
 * @param open called once; what it throws, each call throws
 */
export function hintsOnDemand(open: () => Promise<Hints>): Hints {
  let opening: Promise<Hints> | undefined;
  const opened = () => (opening ??= open());
  return {
    send: async (hint, delayMs) => (await opened()).send(hint, delayMs),
    hide: async (receipt, ms) => (await opened()).hide(receipt, ms),
    hideAll: async (receipts, ms) => (await opened()).hideAll(receipts, ms),
    delete: async (receipt) => (await opened()).delete(receipt),
  };
}
