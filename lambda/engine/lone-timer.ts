import type { EpochMs } from "../core/clock.ts";
import type { Execution } from "./execution.ts";

/** A sleep, and when it ends. */
interface Timer {
  readonly key: string;
  readonly wakeAt: EpochMs;
}

/** The timer that is all that is pending: whether it has fired was not recorded. */
export function loneTimer({ pending }: Execution): Timer | undefined {
  const [only] = pending.values();
  if (pending.size > 1 || only?.kind !== "sleep" || only.record?.state !== "waiting") {
    return undefined;
  }
  return { key: only.key, wakeAt: only.record.wakeAt ?? 0 };
}

/** Tells the code that a timer has fired, without a record. */
export function fire(execution: Execution, { key, wakeAt }: Timer): undefined {
  execution.give({ key, at: wakeAt, isNew: false, outcome: { ok: true, value: undefined } });
}
