import { InvalidArgumentError } from "../core/errors.ts";

/** What a schedule's EventBridge rule sends to the sweeper. */
export interface ScheduledStart {
  readonly start: {
    readonly workflow: string;
    /** Name of the schedule. */
    readonly name: string;
    /** Time of the event, ISO 8601, as EventBridge gives it. */
    readonly time: string;
    readonly input: unknown;
  };
}

/**
 * The id of a tick's run, `<name>@<time to the minute>`: a rule that fires twice starts one run.
 * @throws InvalidArgumentError when the time is none
 */
export function scheduledRunId({ name, time }: ScheduledStart["start"]): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError(
      `schedule "${name}" fired with time "${time}"; the rule must pass the event's time`,
    );
  }
  return `${name}@${at.toISOString().slice(0, 16)}Z`;
}
