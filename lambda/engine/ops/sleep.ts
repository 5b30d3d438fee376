import type { EpochMs } from "../../core/clock.ts";
import { encodeValue } from "../../core/codec.ts";
import type { Behaviour } from "../operation.ts";
import { settle, settleUnrecorded, writeRecord } from "../recording.ts";
import { waitFor } from "../wait-for.ts";

/**
 * The behaviour of `ctx.sleep` and `ctx.sleepUntil`: the time it ends is recorded when it begins.
 * Firing is recorded only when something else is pending, for only then is its place in doubt.
 * @param wakeAt when it ends, given the time at which it begins
 */
export function sleep(wakeAt: (now: EpochMs) => EpochMs): Behaviour {
  return {
    async live(operation, execution) {
      if (operation.record?.wakeAt === undefined) {
        const now = execution.deps.clock.now();
        await writeRecord(
          execution,
          operation,
          { state: "waiting", wakeAt: wakeAt(now), startedAt: now },
          "begin",
        );
      }
      const end = operation.record?.wakeAt ?? 0;
      await waitFor(execution, operation, { wakeAt: end });
      if (execution.isAlone(operation)) return settleUnrecorded(execution, operation, end);
      await settle(execution, operation, { result: encodeValue(undefined) });
    },
  };
}
