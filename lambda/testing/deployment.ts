import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { EngineDependencies } from "../engine/dependencies.ts";
import type { EngineSettings } from "../engine/settings.ts";
import { type Workflow, workflowsByName } from "../engine/workflow.ts";
import { openHints } from "../queue/sqs-hints.ts";
import { openStore, type Store } from "../store/store.ts";
import type { AwsJsonHandler } from "../../localstack/embedded/aws-json.ts";
import { HINT_QUEUE, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { inProcessHandler } from "../../localstack/embedded/sdk-handler.ts";
import { directClient } from "./direct-client.ts";
import { seededIds } from "./seeded-ids.ts";
import { where } from "./where.ts";

/** What one process is made of. */
export interface Deployment {
  readonly name: string;
  readonly seed: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: EngineSettings;
  readonly workflows: readonly Workflow[];
  readonly dynamodb: AwsJsonHandler;
  readonly sqs: AwsJsonHandler;
  /** Counts calls on their way through the SDK; undefined to call without the SDK's middleware. */
  readonly reaching: Reaching | undefined;
}

/** Calls on their way through the SDK, which reads its configuration from disk at first. */
export interface Reaching {
  calls: number;
}

/** What engine, client and sweeper of one process depend on. */
export interface ProcessDependencies extends EngineDependencies {
  readonly store: Store;
}

/** The dependencies of one process against the embedded services. */
export function deploy(parts: Deployment): ProcessDependencies {
  const { name, clock, log, settings, workflows } = parts;
  const ids = seededIds(parts.seed);
  const { dynamodb, sqs } = clients(parts);
  return {
    clock,
    ids: { ...ids, nonce: () => `${name}.${ids.nonce()}` },
    log,
    store: openStore({ client: dynamodb, table: TABLE_NAME, clock, ids }),
    hints: openHints(sqs, `http://sqs.localhost/000000000000/${HINT_QUEUE}`),
    settings,
    workflows: workflowsByName(workflows),
    where,
  };
}

function clients({ dynamodb, sqs, reaching }: Deployment) {
  if (!reaching) {
    return {
      // The store and the queue only ever send.
      dynamodb: directClient("DynamoDB_20120810", dynamodb) as unknown as DynamoDBClient,
      sqs: directClient("AmazonSQS", sqs) as unknown as SQSClient,
    };
  }
  const reached =
    (handler: AwsJsonHandler): AwsJsonHandler =>
    (request) => {
      reaching.calls -= 1;
      return handler(request);
    };
  const aws = {
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    cacheMiddleware: true,
  };
  return {
    dynamodb: counted(
      reaching,
      new DynamoDBClient({ ...aws, requestHandler: inProcessHandler(reached(dynamodb)) }),
    ),
    sqs: counted(
      reaching,
      new SQSClient({
        ...aws,
        requestHandler: inProcessHandler(reached(sqs)),
        useQueueUrlAsEndpoint: false,
      }),
    ),
  };
}

function counted<C extends DynamoDBClient | SQSClient>(reaching: Reaching, client: C): C {
  // The stacks take the same middleware, but their types have nothing in common.
  const { middlewareStack } = client as unknown as DynamoDBClient;
  middlewareStack.add(
    (next) => (args) => {
      reaching.calls += 1;
      return next(args);
    },
    { step: "initialize", priority: "high" },
  );
  return client;
}
