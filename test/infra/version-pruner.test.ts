import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PRUNER_ENTRY } from "../../infra/constructs/version-pruner.ts";
import { bundleFunctionSync } from "../../localstack/embedded/bundle.ts";
import { synthesize, withStack } from "./synthesize.ts";
import { Template } from "aws-cdk-lib/assertions";

const resources = synthesize({ auth: { tokens: true } });
const logicalId = (start: string): unknown => expect.stringMatching(new RegExp(`^${start}`));

it("versions are pruned once a day, by a function that may, whose event is delivered for an hour", () => {
  expect(resources.one("AWS::Events::Rule", "VersionsDaily")).toMatchObject({
    Properties: {
      ScheduleExpression: "rate(1 day)",
      State: "ENABLED",
      Targets: [
        {
          Arn: { Ref: logicalId("VersionsLive") },
          RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 3600 },
        },
      ],
    },
    DependsOn: [logicalId("VersionsRights")],
  });
});

/** Names of the functions that the pruner is told of, as CloudFormation finds them. */
function told(properties: Readonly<Record<string, unknown>>): string[] {
  const { Variables } = properties["Environment"] as { Variables: Record<string, unknown> };
  return [...JSON.stringify(Variables["SAVEPOINT_FUNCTIONS"]).matchAll(/"Ref":"(\w+)"/g)].map(
    ([, id = ""]) => id,
  );
}

it("those of every function are: its own are known to it by itself", () => {
  const pruner = "VersionsFunction";
  const { Properties } = resources.one("AWS::Lambda::Function", pruner);
  const functions = Object.keys(resources.all("AWS::Lambda::Function"));
  expect(told(Properties).toSorted()).toEqual(
    functions.filter((id) => !id.startsWith(pruner)).toSorted(),
  );
});

it("those of a function that is added to the construct are, too", () => {
  const functions = withStack({}, (stack) => {
    stack.savepoint.addWorkflowFunction("Webhook", { entry: "test/infra/fixtures/webhook.ts" });
    return Template.fromStack(stack).findResources("AWS::Lambda::Function", {
      Properties: { Environment: { Variables: { SAVEPOINT_FUNCTIONS: {} } } },
    });
  });
  const [pruner] = Object.values(functions);
  expect(told(pruner?.["Properties"])).toContainEqual(logicalId("Webhook"));
});

it("a prune that fails goes off as an alarm", () => {
  expect(resources.one("AWS::CloudWatch::Alarm", "AlarmsVersionsErrors").Properties).toMatchObject({
    MetricName: "Errors",
    Threshold: 1,
    Dimensions: expect.arrayContaining([
      { Name: "FunctionName", Value: { Ref: logicalId("VersionsFunction") } },
    ]),
  });
});

it("the pruner's code is its own: neither engine, nor workflows, nor other services' clients", () => {
  const directory = mkdtempSync(join(tmpdir(), "savepoint-pruner-"));
  const { metafile } = bundleFunctionSync(PRUNER_ENTRY, directory);
  rmSync(directory, { recursive: true });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => path.includes("/client-lambda/")).length).toBeGreaterThan(0);
  expect(inputs.filter((path) => /lambda\/(engine|store|client|agent)\//.test(path))).toEqual([]);
  expect(inputs.filter((path) => /client-(dynamodb|sqs|secrets)/.test(path))).toEqual([]);
});
