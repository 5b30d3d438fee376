import { Template } from "aws-cdk-lib/assertions";
import { expect, it } from "vitest";
import type { SavepointStackProps } from "../../infra/stack.ts";
import { withStack } from "./synthesize.ts";

/** How many resources of each type a stack has. */
function counted(props: Partial<SavepointStackProps> = {}): Record<string, number> {
  const template = withStack(props, (stack) => Template.fromStack(stack).toJSON()) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  };
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(template.Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
}

/** What is deployed when nothing is chosen; each costs something or needs rights, so none comes unseen. */
const RESOURCES = {
  "AWS::ApiGateway::Deployment": 1,
  "AWS::ApiGateway::GatewayResponse": 12,
  "AWS::ApiGateway::Method": 2,
  "AWS::ApiGateway::Resource": 1,
  "AWS::ApiGateway::RestApi": 1,
  "AWS::ApiGateway::Stage": 1,
  "AWS::CloudWatch::Alarm": 19,
  "AWS::CloudWatch::Dashboard": 1,
  "AWS::DynamoDB::Table": 1,
  "AWS::Events::Rule": 2,
  "AWS::IAM::Policy": 5,
  "AWS::IAM::Role": 4,
  "AWS::Lambda::Alias": 4,
  "AWS::Lambda::EventInvokeConfig": 1,
  "AWS::Lambda::EventSourceMapping": 1,
  "AWS::Lambda::Function": 4,
  "AWS::Lambda::Permission": 4,
  "AWS::Lambda::Version": 4,
  "AWS::Logs::LogGroup": 4,
  "AWS::SQS::Queue": 2,
  "AWS::SQS::QueuePolicy": 2,
};

it("are these by default, and no others", () => {
  expect(counted()).toEqual(RESOURCES);
});

it("are an authorizer and its secret besides them where bearer tokens are taken", () => {
  expect(counted({ auth: { tokens: true } })).toEqual({
    ...RESOURCES,
    "AWS::ApiGateway::Authorizer": 1,
    "AWS::CloudWatch::Alarm": 21,
    "AWS::IAM::Policy": 6,
    "AWS::IAM::Role": 5,
    "AWS::Lambda::Alias": 5,
    "AWS::Lambda::Function": 5,
    "AWS::Lambda::Permission": 5,
    "AWS::Lambda::Version": 5,
    "AWS::Logs::LogGroup": 5,
    "AWS::SecretsManager::Secret": 1,
  });
});
