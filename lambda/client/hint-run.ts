import type { EpochMs } from "../core/clock.ts";
import type { ClientDependencies } from "./dependencies.ts";

/**
 * Hints at a run that is due or owes something. Never rejects: what a lost hint was for, the sweeper
 * finds.
 */
export async function hintRun(
  { hints, log }: Pick<ClientDependencies, "hints" | "log">,
  id: string,
  dueAt: EpochMs | undefined,
): Promise<void> {
  try {
    await hints.send({ run: id, for: dueAt });
  } catch (error) {
    log.warn("hint not sent; the sweeper will send one", { run: id, error });
  }
}
