import { assertName } from "../../lambda/core/keys.ts";
import { eventBridgeCron } from "./cron.ts";
import { assertJson } from "./json-input.ts";
import { eventBridgeRate } from "./rate.ts";

/** When a schedule fires: by a cron line, or at an interval. */
export type ScheduleTime =
  | {
      /**
       * A cron line of five fields in UTC: minute, hour, day of the month, month, day of the week, as
       * `"0 3 * * *"` for each night at three, or a nickname such as `"@daily"`.
       */
      readonly cron: string;
      readonly every?: never;
    }
  | {
      /** An interval of whole minutes, hours or days, as `"5 minutes"`, `"1h"` or `"1 day"`. */
      readonly every: string;
      readonly cron?: never;
    };

/** A run that the clock starts again and again. */
export type Schedule = ScheduleTime & {
  /** Name of the workflow, which the configuration must have. */
  readonly workflow: string;
  /**
   * What each run is given: JSON, without the characters `<` and `>`.
   * @default {}
   */
  readonly input?: unknown;
  /**
   * Whether the clock runs.
   * @default true
   */
  readonly enabled?: boolean;
};

/** A schedule as EventBridge is told of it. */
export interface ScheduledRule {
  /** `cron(…)` or `rate(…)`. */
  readonly expression: string;
  readonly workflow: string;
  readonly input: unknown;
  readonly enabled: boolean;
}

/** It begins the ids of runs, and names the rule's construct. */
const NAME = /^[A-Za-z][\w-]{0,63}$/;

/**
 * Translates a schedule for EventBridge.
 * @param name of the schedule; its runs are called `<name>@<time to the minute>`
 * @throws Error that names the schedule and says why it cannot be expressed
 */
export function scheduledRule(name: string, schedule: Schedule): ScheduledRule {
  try {
    if (!NAME.test(name)) {
      throw new Error("its name must be a letter, then up to 63 letters, digits, - or _");
    }
    const { workflow, input = {}, enabled = true } = schedule;
    assertName("workflow", workflow);
    assertJson(input);
    return { expression: expressionOf(schedule), workflow, input, enabled };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`schedule "${name}": ${reason}`, { cause });
  }
}

function expressionOf(time: ScheduleTime): string {
  // The type allows one of them only; not everybody has the types.
  const { cron, every } = time as { readonly cron?: string; readonly every?: string };
  if (cron !== undefined && every !== undefined) {
    throw new Error(`it has both cron "${cron}" and every "${every}"; give one of them`);
  }
  if (cron !== undefined) return eventBridgeCron(cron);
  if (every !== undefined) return eventBridgeRate(every);
  throw new Error('it has no time; give cron, as "0 3 * * *", or every, as "1 hour"');
}
