import type { EngineDependencies } from "./dependencies.ts";

/** Time left for the reply of the invocation, milliseconds. */
const REPLY_MS = 500;
/** Most that an invocation waits, milliseconds: it is billed meanwhile, and keeps the next from its place. */
const FLUSH_MS = 2_000;

/**
 * Has telemetry send what it has gathered before an invocation ends: Lambda freezes the process then, for as long as
 * nothing is to be done. Its failure costs what it had to tell, its slowness at most two seconds of each invocation.
 * @param leftMs until Lambda ends the invocation
 */
export async function flushTelemetry(
  { telemetry, clock, log }: EngineDependencies,
  leftMs: number,
): Promise<void> {
  if (!telemetry?.flush) return;
  let cancel: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new Error("it took too long"));
    cancel = clock.after(Math.min(Math.max(0, leftMs - REPLY_MS), FLUSH_MS), tooLate);
  });
  try {
    await Promise.race([telemetry.flush(), late]);
  } catch (error) {
    log.warn("telemetry not flushed", { error });
  } finally {
    cancel?.();
  }
}
