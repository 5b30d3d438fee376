import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context as LambdaContext, SQSEvent } from "aws-lambda";
import { afterEach, expect, it, vi } from "vitest";
import { ENV } from "../../lambda/core/environment.ts";
import { METRIC_DIMENSION } from "../../lambda/core/metric-names.ts";
import { connect } from "../../lambda/client/connect.ts";
import { workflow } from "../../lambda/engine/workflow.ts";
import type { TracedEnd } from "../../lambda/engine/telemetry.ts";
import { createWorker } from "../../lambda/functions/create.ts";
import { runMetrics } from "../../lambda/functions/metrics.ts";
import { silentLog } from "../../lambda/testing/logs.ts";
import { createDynamoDB } from "../../localstack/embedded/dynamodb/dynamodb.ts";
import { createResources, HINT_QUEUE, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { createSqs } from "../../localstack/embedded/sqs/sqs.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const run = { id: "r", workflow: "w", incarnation: "i", epoch: 1 };
const end = (status: TracedEnd["status"], code?: string): TracedEnd => ({
  run,
  status,
  code,
  ageMs: 1,
});

/** Metrics of a deployment, and the lines that they have written so far. */
function counted() {
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const metrics = runMetrics("my-table");
  const lines = () =>
    print.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
  return { ...metrics, lines };
}

it("are written when an invocation ends, as CloudWatch reads them, by deployment", async () => {
  const { telemetry, publish, lines } = counted();
  expect(await telemetry.advance?.({ ...run, isTakeover: false }, async () => 5)).toBe(5);
  await telemetry.advance?.({ ...run, epoch: 2, isTakeover: true }, async () => 5);
  for (const told of [end("succeeded"), end("cancelled")]) telemetry.ended?.(told);
  expect(lines()).toEqual([]);
  publish();
  expect(lines()).toMatchObject([
    {
      [METRIC_DIMENSION]: "my-table",
      RunsStarted: 1,
      Takeovers: 1,
      RunsFinished: [1, 1],
      _aws: { CloudWatchMetrics: [{ Namespace: "Savepoint", Dimensions: [[METRIC_DIMENSION]] }] },
    },
  ]);
  publish();
  expect(lines()).toHaveLength(1);
});

it("that an alarm looks at are written at once: others of the batch may be at work for long", () => {
  const { telemetry, publish, lines } = counted();
  for (const told of [
    end("succeeded"),
    end("failed", "no_progress"),
    end("failed"),
    end("blocked"),
  ])
    telemetry.ended?.(told);
  const written = [
    { RunsFinished: [1, 1], RunsFailed: 1, NoProgress: 1 },
    { RunsFinished: 1, RunsFailed: 1 },
    { RunsBlocked: 1 },
  ];
  expect(lines()).toMatchObject(written);
  expect(lines()[2]).not.toHaveProperty("RunsFinished");
  publish();
  expect(lines()).toHaveLength(written.length);
});

it.each([
  ["are written by a worker whose environment asks for them", "emf", 1],
  ["are not written where nobody reads them", "", 0],
])("%s", async (_, asked, expected) => {
  vi.stubEnv(ENV.metrics, asked);
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const services = await openServices();
  const flow = workflow("flow", {}, async () => "done");
  const { id } = await connect(services).start(flow, undefined);
  const worker = createWorker({ ...services, workflows: [flow] });
  await worker(hintOf(id), { getRemainingTimeInMillis: () => 60_000 } as LambdaContext);
  const counted = print.mock.calls.filter(([line]) => String(line).includes('"RunsFinished"'));
  expect(counted).toHaveLength(expected);
});

/** Embedded services in this process, and clients of them. */
async function openServices() {
  const [dynamodb, sqs] = [createDynamoDB(), createSqs()];
  await createResources(dynamodb, sqs);
  const aws = { region: "x", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  return {
    table: TABLE_NAME,
    queueUrl: `http://sqs.localhost/000000000000/${HINT_QUEUE}`,
    log: silentLog,
    dynamodb: new DynamoDBClient({ ...aws, requestHandler: inProcessHandler(dynamodb.handler) }),
    sqs: new SQSClient({
      ...aws,
      requestHandler: inProcessHandler(sqs.handler),
      useQueueUrlAsEndpoint: false,
    }),
  };
}

const hintOf = (run: string) =>
  ({
    Records: [{ messageId: "m", receiptHandle: "r", body: JSON.stringify({ run }) }],
  }) as unknown as SQSEvent;
