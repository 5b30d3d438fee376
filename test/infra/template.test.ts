import { RemovalPolicy } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { ENV } from "../../lambda/core/environment.ts";
import { descriptor, type FunctionName } from "../../infra/descriptor.ts";
import { STAND_IN_SHA256, synthesize } from "./synthesize.ts";

const resources = synthesize();
const { hints, functions } = descriptor;

const FUNCTIONS = [
  ["worker", "Worker"],
  ["api", "ApiHandler"],
  ["sweeper", "Sweeper"],
] as const satisfies (readonly [FunctionName, string])[];

const keySchema = (key: { partitionKey: string; sortKey: string }) => [
  { AttributeName: key.partitionKey, KeyType: "HASH" },
  { AttributeName: key.sortKey, KeyType: "RANGE" },
];

const logicalId = (start: string): unknown => expect.stringMatching(new RegExp(`^${start}`));

describe("the table", () => {
  const { Properties, DeletionPolicy } = resources.one("AWS::DynamoDB::Table");
  const { table } = descriptor;

  it("has the keys, attributes, indexes and projections of the store's schema", () => {
    expect(Properties["KeySchema"]).toEqual(keySchema(table));
    expect(Properties["AttributeDefinitions"]).toEqual(
      Object.entries(table.attributes).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
    );
    expect(Properties["GlobalSecondaryIndexes"]).toEqual(
      Object.entries(table.indexes).map(([IndexName, index]) => ({
        IndexName,
        KeySchema: keySchema(index),
        Projection:
          index.project.length === 0
            ? { ProjectionType: "KEYS_ONLY" }
            : { ProjectionType: "INCLUDE", NonKeyAttributes: index.project },
      })),
    );
    expect(Properties["TimeToLiveSpecification"]).toEqual({
      AttributeName: table.ttl,
      Enabled: true,
    });
  });

  it("is paid per request and can be restored to any second of the last 35 days", () => {
    expect(Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(Properties).not.toHaveProperty("ProvisionedThroughput");
  });

  it("stays also after a first deployment that fails where it is protected, which would keep it from being rolled back", () => {
    for (const chosen of [{}, { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }]) {
      const table = synthesize({ ...chosen, deletionProtection: true }).one("AWS::DynamoDB::Table");
      expect(table.DeletionPolicy).toBe("Retain");
    }
  });

  it("outlives the stack, but not a first deployment that fails, and can be deleted by hand, unless told otherwise", () => {
    expect(DeletionPolicy).toBe("RetainExceptOnCreate");
    expect(Properties["DeletionProtectionEnabled"]).toBe(false);
    const told = synthesize({ removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true });
    expect(told.one("AWS::DynamoDB::Table")).toMatchObject({
      DeletionPolicy: "Delete",
      Properties: { DeletionProtectionEnabled: true },
    });
  });
});

describe("the hint queue", () => {
  const queue = resources.one("AWS::SQS::Queue", "HintsQueue");
  const deadLetters = resources.one("AWS::SQS::Queue", "HintsDeadLetters");

  it("moves a message to the dead letters after its last receive", () => {
    expect(queue.Properties).toMatchObject({
      VisibilityTimeout: hints.visibilityTimeoutSeconds,
      MessageRetentionPeriod: hints.retentionSeconds,
      RedrivePolicy: {
        deadLetterTargetArn: { "Fn::GetAtt": [logicalId("HintsDeadLetters"), "Arn"] },
        maxReceiveCount: hints.maxReceiveCount,
      },
    });
    expect(deadLetters.Properties).toMatchObject({
      MessageRetentionPeriod: hints.deadLetterRetentionSeconds,
    });
  });

  it("hides a message for as long as an invocation may run, else no mapping can be created", () => {
    expect(hints.visibilityTimeoutSeconds).toBeGreaterThanOrEqual(functions.worker.timeoutSeconds);
  });

  it("keeps dead letters longer than messages, whose age they inherit", () => {
    expect(hints.deadLetterRetentionSeconds).toBeGreaterThan(hints.retentionSeconds);
  });

  it.each([
    ["itself", "HintsQueue", queue],
    ["its dead letters", "HintsDeadLetters", deadLetters],
  ])("encrypts %s and refuses plain HTTP", (_, id, { Properties }) => {
    expect(Properties).toMatchObject({ SqsManagedSseEnabled: true });
    expect(resources.one("AWS::SQS::QueuePolicy", `${id}Policy`).Properties).toMatchObject({
      Queues: [{ Ref: logicalId(id) }],
      PolicyDocument: {
        Statement: [
          {
            Effect: "Deny",
            Action: "sqs:*",
            Principal: { AWS: "*" },
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      },
    });
  });

  it("feeds the worker's live version in batches whose messages fail one by one", () => {
    expect(resources.one("AWS::Lambda::EventSourceMapping").Properties).toEqual({
      EventSourceArn: { "Fn::GetAtt": [logicalId("HintsQueue"), "Arn"] },
      FunctionName: {
        "Fn::Join": [
          "",
          [
            {
              "Fn::Select": [6, { "Fn::Split": [":", { Ref: logicalId("WorkerLive") }] }],
            },
            ":live",
          ],
        ],
      },
      BatchSize: hints.batchSize,
      ScalingConfig: { MaximumConcurrency: hints.maxConcurrency },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });
});

describe("the functions", () => {
  it("are those of the descriptor, and the one that prunes their versions", () => {
    expect(FUNCTIONS.map(([name]) => name)).toEqual(Object.keys(functions));
    expect(Object.keys(resources.all("AWS::Lambda::Function"))).toHaveLength(FUNCTIONS.length + 1);
  });

  it.each(FUNCTIONS)("%s is what its descriptor says", (name, construct) => {
    const { timeoutSeconds, memoryMb, callsItself } = functions[name];
    const { Properties } = resources.one("AWS::Lambda::Function", construct);
    expect(Properties).toMatchObject({
      Timeout: timeoutSeconds,
      MemorySize: memoryMb,
      RecursiveLoop: callsItself ? "Allow" : "Terminate",
      Architectures: ["arm64"],
      Runtime: "nodejs24.x",
      Handler: "index.handler",
    });
  });

  it.each(FUNCTIONS)("%s is told table, queue and hash, and no secret", (name, id) => {
    expect(resources.one("AWS::Lambda::Function", id).Properties["Environment"]).toEqual({
      Variables: {
        NODE_OPTIONS: "--enable-source-maps",
        ...(name === "worker" && {
          [ENV.metrics]: "emf",
          [ENV.leaseMs]: "30000",
          [ENV.deadlineMarginMs]: "5000",
        }),
        [ENV.table]: { Ref: logicalId("StateTable") },
        [ENV.queueUrl]: { Ref: logicalId("HintsQueue") },
        [ENV.code]: STAND_IN_SHA256,
      },
    });
  });

  it.each(FUNCTIONS)("%s is called as its live version, and keeps those before", (_, id) => {
    expect(resources.one("AWS::Lambda::Alias", `${id}Live`).Properties).toMatchObject({
      Name: "live",
      FunctionName: { Ref: logicalId(`${id}Function`) },
    });
    // Not that of a deployment that failed, over which a second try would fail, too.
    const version = resources.one("AWS::Lambda::Version", id);
    expect(version.DeletionPolicy).toBe("RetainExceptOnCreate");
  });

  it.each(FUNCTIONS)("%s logs to a group of its own, for a month", (_, id) => {
    const logs = resources.one("AWS::Logs::LogGroup", id);
    expect(logs.Properties).toEqual({ RetentionInDays: 30 });
    expect(resources.one("AWS::Lambda::Function", id).Properties["LoggingConfig"]).toEqual({
      LogGroup: { Ref: logicalId(`${id}Logs`) },
    });
  });

  it("let only the worker call itself", () => {
    const loops = Object.entries(functions).filter(([, { callsItself }]) => callsItself);
    expect(loops.map(([name]) => name)).toEqual(["worker"]);
  });
});

describe("the API", () => {
  const methods = Object.values(resources.all("AWS::ApiGateway::Method"));

  it("takes every method on every path, and none unsigned", () => {
    expect(methods).toHaveLength(2);
    for (const { Properties } of methods) {
      expect(Properties).toMatchObject({
        HttpMethod: "ANY",
        AuthorizationType: "AWS_IAM",
        Integration: { Type: "AWS_PROXY" },
      });
    }
  });

  it("is regional and throttled, and leaves the account's CloudWatch role alone", () => {
    expect(resources.one("AWS::ApiGateway::RestApi").Properties).toMatchObject({
      EndpointConfiguration: { Types: ["REGIONAL"] },
    });
    expect(resources.one("AWS::ApiGateway::Stage").Properties["MethodSettings"]).toMatchObject([
      { HttpMethod: "*", ResourcePath: "/*", ThrottlingBurstLimit: 200, ThrottlingRateLimit: 100 },
    ]);
    expect(resources.all("AWS::ApiGateway::Account")).toEqual({});
  });

  it("answers before API Gateway gives up at 29 seconds", () => {
    expect(functions.api.timeoutSeconds).toBeLessThanOrEqual(29);
  });
});

describe("the clock", () => {
  const sweeper = { Arn: { Ref: logicalId("SweeperLive") } };

  it("sweeps each minute and lets a late sweep be", () => {
    expect(resources.one("AWS::Events::Rule", "TicksSweep").Properties).toMatchObject({
      ScheduleExpression: "rate(1 minute)",
      State: "ENABLED",
      Targets: [
        { ...sweeper, RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } },
      ],
    });
  });

  it("starts no run when nothing is scheduled", () => {
    const rules = Object.values(resources.all("AWS::Events::Rule"));
    expect(rules).toHaveLength(2);
    expect(JSON.stringify(rules)).not.toContain("InputTransformer");
  });

  it("has Lambda invoke the sweeper twice more after a failure, and for six hours while it is throttled", () => {
    expect(resources.one("AWS::Lambda::EventInvokeConfig").Properties).toEqual({
      FunctionName: { Ref: logicalId("SweeperFunction") },
      Qualifier: {
        "Fn::Select": [7, { "Fn::Split": [":", { Ref: logicalId("SweeperLive") }] }],
      },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 6 * 3600,
    });
  });

  it("starts a research run named by the time of the tick, and delivers the event for an hour", () => {
    const input = { topic: 'say "when"', maxIterations: 2 };
    const start = { workflow: "research", name: "daily", time: "<time>", input };
    const schedules = { daily: { every: "1 day", workflow: "research", input } };
    const rule = synthesize({ schedules }).one("AWS::Events::Rule", "Ticksdaily");
    expect(rule.Properties).toMatchObject({
      ScheduleExpression: "rate(1 day)",
      State: "ENABLED",
      Targets: [
        {
          ...sweeper,
          RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 3600 },
          InputTransformer: {
            InputPathsMap: { time: "$.time" },
            InputTemplate: JSON.stringify({ start }).replace('"<time>"', "<time>"),
          },
        },
      ],
    });
  });
});
