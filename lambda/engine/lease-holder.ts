import { LIMITS } from "../core/limits.ts";
import type { Execution } from "./execution.ts";
import type { LeaseHolder } from "./lease.ts";

/** Operations named in META's activity. */
const ACTIVITY_MAX = 5;

/** An execution as its lease knows it: what heartbeats carry, and who is told what they bring. */
export const leaseHolder = (execution: Execution): LeaseHolder => ({
  activity: () =>
    [...execution.pending.values()]
      .filter(({ phase }) => phase === "active")
      .map(({ key }) => key)
      .slice(0, ACTIVITY_MAX),
  // The next round's progress begins anew, under the same lease.
  unmarkedProgress: () => (execution.isOver ? undefined : execution.unmarkedProgress()),
  trim() {
    const { mailbox, wakeSeq } = execution.outside;
    const isWorthIt = mailbox.spent >= LIMITS.mailboxTrim || mailbox.isPastOver;
    if (execution.isOver || !isWorthIt) return undefined;
    // A message is consumed by the record of its wait, not by being handed to it.
    for (const { taken } of execution.pending.values()) if (taken !== undefined) return undefined;
    return { ...mailbox.left, seenWakeSeq: wakeSeq };
  },
  heard: (meta) => execution.heard(meta),
  lost: () => void execution.end("lost"),
});
