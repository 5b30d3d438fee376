import type { Hint } from "../queue/hints.ts";
import type { EngineDependencies } from "./dependencies.ts";

/**
 * Sends a hint. One that cannot be sent is logged and left to the sweeper, which sends it within a
 * minute of the run's `checkAt`: state decides, messages only hint.
 */
export async function sendHint(
  { hints, log }: Pick<EngineDependencies, "hints" | "log">,
  hint: Hint,
  delayMs = 0,
): Promise<void> {
  try {
    await hints.send(hint, delayMs);
  } catch (error) {
    log.warn("hint not sent; the sweeper will send one", { run: hint.run, error });
  }
}
