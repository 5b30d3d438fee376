import { Duration } from "aws-cdk-lib";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, it } from "vitest";
import { Savepoint } from "../../infra/index.ts";
import { built, standInBundles } from "./synthesize.ts";

/** What the clock does each minute, as the sweep, by the sweeper's function. */
const often = { every: "1 minute", workflow: "watch" };

const template = built((stack) => ({
  alarmTopic: new Topic(stack, "Topic"),
  auth: { tokens: true },
  schedules: { often },
}));

describe("the alarms", () => {
  it("tell a topic of every one that begins or ends", () => {
    const alarms = Object.values(template.findResources("AWS::CloudWatch::Alarm"));
    expect(alarms).toHaveLength(21);
    for (const { Properties } of alarms) {
      expect(Properties["AlarmActions"]).toEqual([{ Ref: expect.stringContaining("Topic") }]);
      expect(Properties["OKActions"]).toEqual(Properties["AlarmActions"]);
      expect(Properties["AlarmDescription"]).toMatch(/\w{3}/);
    }
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      Namespace: "Savepoint",
      MetricName: "RunsBlocked",
      Dimensions: [{ Name: "service", Value: { Ref: Match.stringLikeRegexp("StateTable") } }],
    });
  });

  it.each([
    ["15 minutes by default", undefined, 2_100],
    ["the worker's", Duration.minutes(2), 1_320],
  ])(
    "take a hint for old when it has been delayed, held by an invocation, %s, and waited for five minutes",
    (_, timeout, seconds) => {
      const chosen = timeout ? built(() => ({ timeout })) : template;
      const alarms = chosen.findResources("AWS::CloudWatch::Alarm", {
        Properties: { MetricName: "ApproximateAgeOfOldestMessage", Statistic: "Maximum" },
      });
      expect(Object.values(alarms).map(({ Properties }) => Properties["Threshold"])).toEqual([
        seconds,
      ]);
    },
  );

  it("watch reads, writes and every index for what DynamoDB refuses", () => {
    const alarms = Object.values(
      template.findResources("AWS::CloudWatch::Alarm", {
        Properties: { Namespace: "AWS/DynamoDB" },
      }),
    );
    const watched = alarms.map(({ Properties: { MetricName, Dimensions } }) => {
      const dimensions = Dimensions as { readonly Name: string; readonly Value: unknown }[];
      const of = (name: string) => dimensions.find(({ Name }) => Name === name)?.Value;
      expect(of("TableName")).toEqual({ Ref: expect.stringContaining("StateTable") });
      return [MetricName, of("GlobalSecondaryIndexName")];
    });
    expect(watched).toEqual([
      ["WriteThrottleEvents", undefined],
      ["ReadThrottleEvents", undefined],
      ["WriteThrottleEvents", "due"],
      ["WriteThrottleEvents", "list"],
      ["WriteThrottleEvents", "attention"],
    ]);
  });

  it("miss a sweep whose rule does not fire, whatever else has the sweeper's function invoked", () => {
    const missing = template.findResources("AWS::CloudWatch::Alarm", {
      Properties: { TreatMissingData: "breaching" },
    });
    expect(Object.values(missing).map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        Namespace: "AWS/Events",
        MetricName: "Invocations",
        Dimensions: [
          { Name: "RuleName", Value: { Ref: expect.stringMatching(/^SavepointTicksSweep/) } },
        ],
        Statistic: "Sum",
        Period: 60,
        EvaluationPeriods: 5,
        Threshold: 1,
        ComparisonOperator: "LessThanThreshold",
      }),
    ]);
    template.resourcePropertiesCountIs(
      "AWS::Events::Rule",
      { ScheduleExpression: "rate(1 minute)" },
      2,
    );
  });

  it("watch what the API of this deployment, and of no other, answers 5xx", () => {
    const two = built(undefined, (_, stack) => {
      const another = new Savepoint(stack, "Another", { workflows: standInBundles() });
      expect(another.apiUrl).toBeDefined();
    });
    const alarms = two.findResources("AWS::CloudWatch::Alarm", {
      Properties: { MetricName: "5XXError" },
    });
    expect(Object.values(alarms).map(({ Properties }) => Properties)).toEqual(
      names(two).map((name) =>
        expect.objectContaining({
          Namespace: "AWS/ApiGateway",
          Dimensions: [{ Name: "ApiName", Value: name }],
          Statistic: "Sum",
          Period: 300,
          Threshold: 1,
          TreatMissingData: "notBreaching",
        }),
      ),
    );
    const elsewhere = built(undefined, undefined, "Elsewhere");
    expect(new Set([...names(two), ...names(elsewhere)]).size).toBe(3);
  });

  it("watch each function that runs or callers need for what Lambda throttles", () => {
    expect(watchedFunctions("Throttles")).toEqual(["ApiHandler", "Auth", "Sweeper", "Worker"]);
  });

  it("watch a function that is added for both, and tell the same topic", () => {
    const entry = "test/infra/fixtures/webhook.ts";
    const added = built(
      (stack) => ({ alarmTopic: new Topic(stack, "Topic") }),
      (savepoint) => {
        const before = savepoint.alarms.alarms.length;
        savepoint.addWorkflowFunction("Webhook", { entry });
        expect(savepoint.alarms.alarms).toHaveLength(before + 2);
      },
    );
    for (const metric of ["Errors", "Throttles"]) {
      expect(watchedFunctions(metric, added)).toContain("Webhook");
      added.hasResourceProperties("AWS::CloudWatch::Alarm", {
        MetricName: metric,
        AlarmActions: [{ Ref: Match.stringLikeRegexp("Topic") }],
        Dimensions: Match.arrayWith([
          { Name: "FunctionName", Value: { Ref: Match.stringLikeRegexp("Webhook") } },
        ]),
      });
    }
  });

  it("watch each of its functions for errors, that of bearer tokens too", () => {
    const watched = watchedFunctions("Errors");
    const functions = Object.keys(template.findResources("AWS::Lambda::Function"));
    expect(watched).toEqual(["ApiHandler", "Auth", "Sweeper", "Versions", "Worker"]);
    expect(functions).toHaveLength(watched.length);
  });
});

/** The functions that alarms watch by a metric of Lambda's. */
function watchedFunctions(metric: string, of: Template = template): string[] {
  const alarms = of.findResources("AWS::CloudWatch::Alarm", {
    Properties: { Namespace: "AWS/Lambda", MetricName: metric },
  });
  return Object.values(alarms)
    .map(
      ({ Properties }) => /Savepoint(\w+?)Function\w*"/.exec(JSON.stringify(Properties))?.[1] ?? "",
    )
    .toSorted();
}

/** Names of the APIs in a template. */
const names = (of: Template): string[] =>
  Object.values(of.findResources("AWS::ApiGateway::RestApi")).map(
    ({ Properties }) => Properties["Name"] as string,
  );
