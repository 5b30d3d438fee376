import type { EngineDependencies } from "./dependencies.ts";

/** Time left for the reply of the invocation, milliseconds. */
const REPLY_MS = 500;

/**
 * Has telemetry send what it has gathered before an invocation ends: Lambda freezes the process then, for as long as
 * nothing is to be done. Neither its failure nor its slowness costs more than what it had to tell.
 * @param leftMs until Lambda ends the invocation
 */
export async function flushTelemetry(
  { telemetry, clock, log }: EngineDependencies,
  leftMs: number,
): Promise<void> {
  if (!telemetry?.flush) return;
  let cancel: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new Error("the invocation ends before all is sent"));
    cancel = clock.after(Math.max(0, leftMs - REPLY_MS), tooLate);
  });
  try {
    await Promise.race([telemetry.flush(), late]);
  } catch (error) {
    log.warn("telemetry not flushed", { error });
  } finally {
    cancel?.();
  }
}
