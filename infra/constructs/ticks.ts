import { Duration } from "aws-cdk-lib";
import { EventField, Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { descriptor } from "../descriptor.ts";
import type { PeriodicResearch } from "../periodic-research.ts";

/**
 * What the clock starts. Both are EventBridge rules rather than Scheduler schedules, because the
 * free AWS emulators fire rules only.
 */
export class Ticks extends Construct {
  readonly sweep: Rule;
  readonly research: Rule;

  constructor(scope: Construct, id: string, sweeper: IFunction, research: PeriodicResearch) {
    super(scope, id);
    this.sweep = new Rule(this, "Sweep", {
      description: "Looks for runs that nobody has acted on",
      schedule: Schedule.rate(Duration.minutes(descriptor.schedules.sweep.everyMinutes)),
      targets: [
        // A sweep that comes late is no better than the next one, which comes anyway.
        new LambdaFunction(sweeper, { retryAttempts: 0, maxEventAge: Duration.seconds(60) }),
      ],
    });
    this.research = new Rule(this, "Research", {
      description: `Starts the research run ${research.name} periodically`,
      schedule: Schedule.expression(research.schedule),
      enabled: research.enabled,
      targets: [
        new LambdaFunction(sweeper, {
          retryAttempts: 3,
          maxEventAge: Duration.hours(1),
          event: RuleTargetInput.fromObject({
            start: {
              workflow: "research",
              name: research.name,
              // The time of the tick, not of the delivery: a repeated delivery finds the same run.
              time: EventField.time,
              input: research.input,
            },
          }),
        }),
      ],
    });
  }
}
