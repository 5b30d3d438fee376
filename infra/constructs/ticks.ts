import { Duration } from "aws-cdk-lib";
import {
  EventField,
  Rule,
  RuleTargetInput,
  Schedule as RuleSchedule,
} from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { descriptor } from "../descriptor.ts";
import { type Schedule, scheduledRule } from "../schedules/schedule.ts";

/**
 * What the clock starts: the sweeper each minute, and runs by their schedules. All are EventBridge rules rather
 * than Scheduler schedules, because the free AWS emulators fire rules only.
 */
export class Ticks extends Construct {
  readonly sweep: Rule;
  /** The rule of each schedule, by its name. */
  readonly schedules: ReadonlyMap<string, Rule>;

  /**
   * EventBridge's own retries are for events that Lambda does not take. One that it has taken is out of
   * EventBridge's hands: Lambda itself invokes the function again when that fails, after one minute and after two
   * more, and while it is throttled for as long as an event may live (Lambda developer guide, "How Lambda handles
   * errors and retries with asynchronous invocation"). Both are the most that it does. A start that comes late is
   * named by its tick all the same.
   * @throws Error for a schedule that EventBridge cannot express
   */
  constructor(
    scope: Construct,
    id: string,
    sweeper: IFunction,
    schedules: Readonly<Record<string, Schedule>>,
  ) {
    super(scope, id);
    sweeper.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(6) });
    this.sweep = new Rule(this, "Sweep", {
      description: "Looks for runs that nobody has acted on",
      schedule: RuleSchedule.rate(Duration.minutes(descriptor.schedules.sweep.everyMinutes)),
      targets: [
        // A sweep that comes late is no better than the next one, which comes anyway.
        new LambdaFunction(sweeper, { retryAttempts: 0, maxEventAge: Duration.seconds(60) }),
      ],
    });
    this.schedules = new Map(
      Object.entries(schedules).map(([name, one]) => [name, this.#add(sweeper, name, one)]),
    );
  }

  #add(sweeper: IFunction, name: string, schedule: Schedule): Rule {
    const { expression, workflow, input, enabled } = scheduledRule(name, schedule);
    if (this.node.tryFindChild(name)) {
      throw new Error(
        `schedule "${name}": the clock's own tick is called so; give it another name`,
      );
    }
    return new Rule(this, name, {
      description: `Starts ${workflow} by the schedule ${name}`,
      schedule: RuleSchedule.expression(expression),
      enabled,
      targets: [
        new LambdaFunction(sweeper, {
          retryAttempts: 3,
          maxEventAge: Duration.hours(1),
          event: RuleTargetInput.fromObject({
            // The time of the tick, not of the delivery: a repeated delivery finds the same run.
            start: { workflow, name, time: EventField.time, input },
          }),
        }),
      ],
    });
  }
}
