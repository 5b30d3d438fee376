import { Duration, RemovalPolicy, type Stack } from "aws-cdk-lib";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { Table } from "aws-cdk-lib/aws-dynamodb";
import { Alias, Key } from "aws-cdk-lib/aws-kms";
import { LayerVersion } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { sigV4 } from "../../lambda/sigv4/index.ts";
import { built } from "./synthesize.ts";

describe("the construct", () => {
  it("takes what is chosen about table, worker, API and logs", () => {
    const template = built((stack) => ({
      encryptionKey: new Key(stack, "Key"),
      pointInTimeRecovery: false,
      warmThroughput: { readUnitsPerSecond: 15_000, writeUnitsPerSecond: 5_000 },
      removalPolicy: RemovalPolicy.DESTROY,
      deletionProtection: true,
      timeout: Duration.minutes(5),
      memoryMb: 2048,
      maxConcurrency: 7,
      batchSize: 3,
      lease: Duration.seconds(60),
      environment: { MINE: "yes" },
      logRetention: RetentionDays.ONE_WEEK,
      requestsPerSecond: 5,
      requestsBurst: 6,
    }));
    template.hasResourceProperties("AWS::DynamoDB::Table", {
      SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      WarmThroughput: { ReadUnitsPerSecond: 15_000, WriteUnitsPerSecond: 5_000 },
      GlobalSecondaryIndexes: ["due", "list", "attention"].map((IndexName) =>
        Match.objectLike({
          IndexName,
          WarmThroughput: { ReadUnitsPerSecond: 15_000, WriteUnitsPerSecond: 5_000 },
        }),
      ),
      DeletionProtectionEnabled: true,
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Timeout: 300,
      MemorySize: 2048,
      Environment: { Variables: Match.objectLike({ MINE: "yes", SAVEPOINT_LEASE_MS: "60000" }) },
    });
    template.hasResourceProperties("AWS::SQS::Queue", { VisibilityTimeout: 300 });
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      BatchSize: 3,
      ScalingConfig: { MaximumConcurrency: 7 },
    });
    template.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 7 });
    expect(Object.keys(template.findResources("AWS::Logs::LogGroup"))).toHaveLength(4);
    template.hasResourceProperties("AWS::ApiGateway::Stage", {
      MethodSettings: [{ ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 }],
    });
  });

  it("gives the environment to each function that loads the project's configuration, and to no other", () => {
    const template = built(() => ({
      environment: { MINE: "yes" },
      corsOrigins: ["https://app.example.com"],
      auth: { tokens: true },
    }));
    const told = template.findResources("AWS::Lambda::Function", {
      Properties: { Environment: { Variables: { MINE: "yes" } } },
    });
    expect(Object.keys(told).map((id) => /^Savepoint(\w+?)Function/.exec(id)?.[1])).toEqual([
      "Worker",
      "ApiHandler",
      "Sweeper",
    ]);
  });

  it("is refused when its limits do not agree, with the numbers", () => {
    expect(() => built(() => ({ timeout: Duration.seconds(20) }))).toThrow(
      "the limits of this deployment do not agree: lease is 30 s, not less than the timeout of 20 s",
    );
  });

  it("is refused with a schedule that EventBridge cannot express, by its name", () => {
    const cron = "0 3 1 * 1";
    expect(() => built(() => ({ schedules: { odd: { cron, workflow: "w" } } }))).toThrow(
      'schedule "odd"',
    );
  });

  it("is refused with a schedule that has the name of the clock's own tick", () => {
    const Sweep = { every: "1 day", workflow: "w" };
    expect(() => built(() => ({ schedules: { Sweep } }))).toThrow(
      'schedule "Sweep": the clock\'s own tick is called so; give it another name',
    );
  });

  it("works with a table that is there already, and makes none", () => {
    const template = built((stack) => ({
      table: Table.fromTableName(stack, "Restored", "runs-restored"),
    }));
    expect(template.findResources("AWS::DynamoDB::Table")).toEqual({});
    const told = template.findResources("AWS::Lambda::Function", {
      Properties: { Environment: { Variables: { SAVEPOINT_TABLE: "runs-restored" } } },
    });
    expect(Object.keys(told)).toHaveLength(3);
    const policies = JSON.stringify(template.findResources("AWS::IAM::Policy"));
    expect(policies).toContain("table/runs-restored/index/due");
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      Namespace: "AWS/DynamoDB",
      Dimensions: Match.arrayWith([{ Name: "TableName", Value: "runs-restored" }]),
    });
  });

  it("is refused when it is chosen how a table should be made that is there already", () => {
    const make = () =>
      built((stack) => ({
        table: Table.fromTableName(stack, "Restored", "runs-restored"),
        pointInTimeRecovery: true,
        deletionProtection: false,
      }));
    expect(make).toThrow("deletionProtection, pointInTimeRecovery cannot be chosen");
  });

  it("gives layers to each function that loads the project's configuration, and to no other", () => {
    const arn = "arn:aws:lambda:eu-central-1:123456789012:layer:traces:1";
    const template = built((stack) => ({
      layers: [LayerVersion.fromLayerVersionArn(stack, "Traces", arn)],
      auth: { tokens: true },
    }));
    const layered = template.findResources("AWS::Lambda::Function", {
      Properties: { Layers: [arn] },
    });
    expect(Object.keys(layered).map((id) => /^Savepoint(\w+?)Function/.exec(id)?.[1])).toEqual([
      "Worker",
      "ApiHandler",
      "Sweeper",
    ]);
  });

  it("answers no page of another site unless its origin is named", () => {
    expect(built().findResources("AWS::ApiGateway::Method", options())).toEqual({});
    const template = built(() => ({ corsOrigins: ["https://app.example.com"] }));
    const preflight = template.findResources("AWS::ApiGateway::Method", options());
    expect(Object.keys(preflight)).toHaveLength(2);
    expect(JSON.stringify(preflight)).toContain("https://app.example.com");
  });

  it("lets a page of a named origin send whatever a signed request has, where requests are signed", async () => {
    const corsOrigins = ["https://app.example.com"];
    const sign = sigV4({
      region: "eu-central-1",
      credentials: { accessKeyId: "AKID", secretAccessKey: "key", sessionToken: "token" },
    });
    const { headers } = await sign(
      new Request("https://api.example/runs", {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": "1" },
        body: "{}",
      }),
    );
    expect(headersAllowed(built(() => ({ corsOrigins })))).toEqual(
      expect.arrayContaining([...headers.keys(), "x-amz-content-sha256"]),
    );
    const tokens = built(() => ({ corsOrigins, auth: { tokens: true } }));
    expect(headersAllowed(tokens)).toEqual(["authorization", "content-type", "idempotency-key"]);
  });

  it("takes no alias for the table's key: a right to it is none to the key", () => {
    const alias = (stack: Stack) => Alias.fromAliasName(stack, "Alias", "alias/mine");
    expect(() => built((stack) => ({ encryptionKey: alias(stack) }))).toThrow(
      /encryptionKey is the alias .*alias\/mine.*give the key/,
    );
  });

  it("lets the functions that use the table use its key, and no other", () => {
    const template = built((stack) => ({
      encryptionKey: new Key(stack, "Key"),
      auth: { tokens: true },
    }));
    const policies = Object.values(template.findResources("AWS::IAM::Policy")) as Policy[];
    const rights = policies.flatMap(({ Properties: { PolicyDocument, Roles } }) =>
      PolicyDocument.Statement.filter(({ Action }) => /kms/.test(String(Action))).map((right) => ({
        role: Roles[0].Ref,
        ...right,
      })),
    );
    expect(rights.map(({ role }) => /^Savepoint(\w+?)(Function)?Role/.exec(role)?.[1])).toEqual([
      "Worker",
      "ApiHandler",
      "Sweeper",
    ]);
    for (const { Action, Resource, Condition } of rights) {
      expect(Action).toEqual([
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
      ]);
      expect(Condition).toEqual({
        StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com*" },
      });
      expect(Resource).toEqual({ "Fn::GetAtt": [expect.stringMatching(/^Key/), "Arn"] });
    }
  });
});

/** Headers that browsers are told to send, the same by every path. */
function headersAllowed(template: Template): string[] {
  const told = Object.values(template.findResources("AWS::ApiGateway::Method", options())).map(
    (method) => responseSchema.parse(method).Properties.Integration.IntegrationResponses[0],
  );
  const [names = "", ...others] = new Set(
    told.map(({ ResponseParameters }) => ResponseParameters[ALLOWED]),
  );
  expect(others).toEqual([]);
  return names.slice(1, -1).split(",");
}

const ALLOWED = "method.response.header.Access-Control-Allow-Headers";
const responseSchema = z.object({
  Properties: z.object({
    Integration: z.object({
      IntegrationResponses: z.tuple([
        z.object({ ResponseParameters: z.object({ [ALLOWED]: z.string() }) }),
      ]),
    }),
  }),
});

const options = () => ({ Properties: { HttpMethod: "OPTIONS" } });

/** What is looked at of a policy. */
interface Policy {
  readonly Properties: {
    readonly PolicyDocument: {
      readonly Statement: readonly {
        Action: string | string[];
        Resource: unknown;
        Condition?: unknown;
      }[];
    };
    readonly Roles: readonly [{ readonly Ref: string }];
  };
}

it("bundles a function of the project's own, which finds the deployment", () => {
  const template = built(undefined, (savepoint) => {
    savepoint.addWorkflowFunction("Webhook", {
      entry: "test/infra/fixtures/webhook.ts",
      environment: { MINE: "yes" },
    });
  });
  expect(Object.keys(template.findResources("AWS::Lambda::Alias"))).toHaveLength(5);
  template.hasResourceProperties("AWS::Lambda::Function", {
    Timeout: 30,
    MemorySize: 256,
    Environment: {
      Variables: Match.objectLike({
        MINE: "yes",
        SAVEPOINT_TABLE: { Ref: Match.stringLikeRegexp("StateTable") },
        SAVEPOINT_QUEUE_URL: { Ref: Match.stringLikeRegexp("HintsQueue") },
      }),
    },
  });
});

it.each([
  [{ timeout: Duration.minutes(16) }, "timeout is 960 s; give whole seconds, 1 to 900"],
  [{ memoryMb: 64 }, "memoryMb is 64; Lambda takes 128 to 10240"],
  [{ environment: { OPENAI_API_KEY: "sk-1" } }, "put the key into a secret that it may read"],
])("adds no function of the project's own with %o", (props, message) => {
  const add = () =>
    built(undefined, (savepoint) => {
      savepoint.addWorkflowFunction("Webhook", {
        entry: "test/infra/fixtures/webhook.ts",
        ...props,
      });
    });
  expect(add).toThrow(message);
  expect(add).not.toThrow("sk-1");
});
