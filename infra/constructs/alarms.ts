import { Duration } from "aws-cdk-lib";
import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { IRule } from "aws-cdk-lib/aws-events";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from "../../lambda/core/metric-names.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { descriptor, FunctionName } from "../descriptor.ts";
import type { Hints } from "./hints.ts";

/** What is watched, and who is told. */
export interface AlarmsProps {
  readonly table: Table;
  readonly hints: Hints;
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly restApi: RestApi;
  /** What has the sweeper look each minute. */
  readonly sweep: IRule;
  /** What deletes old versions of the functions. */
  readonly pruner: IFunction;
  /** What lets requests in, where that is a function. */
  readonly authorizer: IFunction | undefined;
  readonly topic: ITopic | undefined;
}

/** One thing that should not be. */
interface Rule {
  /** What the person who is told should know: docs/operate.md says what to do about each. */
  readonly description: string;
  readonly metric: IMetric;
  /** It goes off at this value. */
  readonly threshold: number;
  /** After so many periods of the metric in a row; 1 by default. */
  readonly periods?: number;
  /** It goes off below the threshold, and when nothing is measured. */
  readonly isMissing?: boolean;
}

const PERIOD = Duration.minutes(5);
/** A hint that waits this long beyond what it may in health finds no worker, milliseconds. */
const HINT_WAIT_MS = 300_000;
/**
 * Where a metric has no value, CloudWatch looks back further than an alarm's periods before it takes any for missing
 * (CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"): short ones have it look less far.
 */
const MINUTES_UNSWEPT = 5;

/** Alarms on what a deployment cannot mend by itself, and a dashboard of how it does. */
export class Alarms extends Construct {
  readonly dashboard: Dashboard;
  readonly #alarms: Alarm[] = [];
  readonly #topic: ITopic | undefined;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#topic = props.topic;
    for (const [name, rule] of Object.entries(rulesOf(props))) this.#add(this, name, rule);
    this.dashboard = new Dashboard(this, "Dashboard", { widgets: widgetsOf(props) });
  }

  /** All that there are, in the order in which they came. */
  get alarms(): readonly Alarm[] {
    return this.#alarms;
  }

  /** Watches one more function. @param scope gets its alarms `Errors` and `Throttles` */
  watch(scope: Construct, one: IFunction): void {
    this.#add(scope, "Errors", errorsOf(one));
    this.#add(scope, "Throttles", throttlesOf(one));
  }

  #add(scope: Construct, name: string, rule: Rule): void {
    const { description, metric, threshold, periods = 1, isMissing = false } = rule;
    const alarm = new Alarm(scope, name, {
      alarmDescription: description,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: isMissing
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: isMissing ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (this.#topic) {
      alarm.addAlarmAction(new SnsAction(this.#topic));
      alarm.addOkAction(new SnsAction(this.#topic));
    }
    this.#alarms.push(alarm);
  }
}

const failures = { threshold: 1 };

const errorsOf = (one: IFunction): Rule => ({
  ...failures,
  description: "The function ends with an error, times out or does not start",
  metric: one.metricErrors({ period: PERIOD }),
});

const throttlesOf = (one: IFunction): Rule => ({
  ...failures,
  description: "Lambda runs fewer functions at a time than are wanted: the account's limit",
  metric: one.metricThrottles({ period: PERIOD }),
});

function rulesOf(props: AlarmsProps): Readonly<Record<string, Rule>> {
  const { table, hints, functions, restApi, sweep, pruner, authorizer } = props;
  const { worker, api, sweeper } = functions;
  return {
    DeadLetters: {
      ...failures,
      description: "Hints that failed too often; the sweeper hints again, so look why",
      metric: hints.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
    },
    // The age is that of the oldest message that is not deleted (SQS developer guide, "Available CloudWatch
    // metrics"): a hint that was sent for later, or whose run a worker is advancing, is old in health. One that was
    // received three times is left out, so it is no alarm on workers that start and fail.
    OldHints: {
      threshold: (LIMITS.hintDelayMaxMs + hints.visibilityMs + HINT_WAIT_MS) / 1_000,
      periods: 2,
      description:
        "Hints wait that no worker has received: too few workers at a time, or none is asked",
      metric: hints.queue.metricApproximateAgeOfOldestMessage({ period: PERIOD }),
    },
    FailedRuns: {
      ...failures,
      description: "Runs have failed",
      metric: countOf(table, METRICS.failed),
    },
    BlockedRuns: {
      ...failures,
      description: "Runs were set aside: the deployed code does not fit what they have recorded",
      metric: countOf(table, METRICS.blocked),
    },
    NoProgress: {
      ...failures,
      description: "Runs were failed because their worker died in one step again and again",
      metric: countOf(table, METRICS.noProgress),
    },
    SweeperMissing: {
      threshold: 1,
      periods: MINUTES_UNSWEPT,
      isMissing: true,
      description: "The sweeper has not been told to look: lost hints and long sleeps wake nobody",
      metric: invocationsBy(sweep),
    },
    // A function that answers 500 ends well, and one that is never called has no error.
    ApiFailures: {
      ...failures,
      description: "Callers of the API were answered 5xx",
      metric: restApi.metricServerError({ period: PERIOD }),
    },
    WorkerErrors: errorsOf(worker),
    ApiErrors: errorsOf(api),
    SweeperErrors: errorsOf(sweeper),
    VersionsErrors: errorsOf(pruner),
    ...(authorizer && {
      AuthErrors: errorsOf(authorizer),
      AuthThrottles: throttlesOf(authorizer),
    }),
    WorkerThrottles: throttlesOf(worker),
    ApiThrottles: throttlesOf(api),
    SweeperThrottles: throttlesOf(sweeper),
    TableThrottles: throttledBy(table, "Write"),
    ReadThrottles: throttledBy(table, "Read"),
    DueThrottles: throttledBy(table, "Write", "due"),
    ListThrottles: throttledBy(table, "Write", "list"),
    AttentionThrottles: throttledBy(table, "Write", "attention"),
  };
}

/**
 * A table's own metric leaves its indexes out, and an index that cannot keep up has DynamoDB refuse writes of the
 * table (DynamoDB developer guide, "CloudWatch throttling metrics" and "GSI write throttling and back pressure").
 */
function throttledBy(
  table: Table,
  access: "Read" | "Write",
  index?: keyof (typeof descriptor.table)["indexes"],
): Rule {
  return {
    threshold: 1,
    description: `DynamoDB takes fewer ${access.toLowerCase()}s than are wanted${index ? ` of the index ${index}` : ""}`,
    metric: new Metric({
      namespace: "AWS/DynamoDB",
      metricName: `${access}ThrottleEvents`,
      dimensionsMap: {
        TableName: table.tableName,
        ...(index && { GlobalSecondaryIndexName: index }),
      },
      statistic: "Sum",
      period: PERIOD,
    }),
  };
}

/**
 * How often a rule of the default bus has invoked its target; there is no such metric of a rule that does not fire
 * (EventBridge user guide, "EventBridge metrics"). Those of the function count what other rules have it do, too.
 */
const invocationsBy = (rule: IRule): Metric =>
  new Metric({
    namespace: "AWS/Events",
    metricName: "Invocations",
    dimensionsMap: { RuleName: rule.ruleName },
    statistic: "Sum",
    period: Duration.minutes(1),
  });

const countOf = (table: Table, metricName: string): Metric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: table.tableName },
    statistic: "Sum",
    period: PERIOD,
  });

function widgetsOf({ table, hints, functions, restApi }: AlarmsProps): GraphWidget[][] {
  const { worker, api } = functions;
  const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
  const names = [METRICS.started, METRICS.finished, METRICS.failed, METRICS.blocked];
  return [
    [
      graph("Runs", ...names.map((name) => countOf(table, name))),
      graph("Taken over", countOf(table, METRICS.takeovers), countOf(table, METRICS.noProgress)),
    ],
    [
      graph(
        "Hints",
        hints.queue.metricApproximateNumberOfMessagesVisible(),
        hints.deadLetters.metricApproximateNumberOfMessagesVisible(),
      ),
      graph("Age of the oldest hint", hints.queue.metricApproximateAgeOfOldestMessage()),
    ],
    [
      graph("Worker", worker.metricInvocations(), worker.metricErrors(), worker.metricThrottles()),
      graph(
        "API",
        restApi.metricCount(),
        restApi.metricServerError(),
        api.metricErrors(),
        api.metricDuration(),
      ),
    ],
    [
      graph("Units written", table.metricConsumedWriteCapacityUnits()),
      graph("Units read", table.metricConsumedReadCapacityUnits()),
    ],
  ];
}
