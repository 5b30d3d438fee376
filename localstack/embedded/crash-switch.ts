import type { Log } from "../../lambda/core/log.ts";
import { OPERATION_PREFIX } from "../../lambda/store/schema.ts";
import type { Outcome } from "./faults.ts";

/** Kills workers after a number of recorded steps, to show that nothing is lost by it. */
export interface CrashSwitch {
  /** Crashes after so many further recorded steps; 0 takes that back. */
  readonly arm: (steps: number) => void;
  /** Sees each call to DynamoDB after it has had its effect, before its answer leaves. */
  readonly observe: (outcome: Outcome) => void;
}

/**
 * Makes a switch that is not armed.
 * @param kill sends SIGKILL to the busy workers and returns their process ids
 */
export function createCrashSwitch(kill: () => readonly number[], log: Log): CrashSwitch {
  let wanted = 0;
  let left = 0;
  return {
    arm(steps) {
      wanted = left = steps;
    },
    observe(outcome) {
      if (left === 0 || !isRecordedStep(outcome)) return;
      left--;
      if (left > 0) return;
      for (const pid of kill()) {
        log.warn(`SIGKILL sent to worker process ${pid} (crash-after ${wanted})`);
      }
    },
  };
}

type Item = Readonly<Record<string, { readonly S?: string }>>;

/**
 * Whether a call has recorded the result of a step. The record is put as a whole, with kind `k` and
 * state `s` (lambda/store/operation.ts).
 */
function isRecordedStep({ action, input, error }: Outcome): boolean {
  if (action !== "PutItem" || error) return false;
  const { sk, k, s } = input["Item"] as Item;
  return sk?.S?.startsWith(OPERATION_PREFIX) === true && k?.S === "step" && s?.S === "done";
}
