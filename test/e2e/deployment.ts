import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { connect, type Savepoint } from "../../lambda/index.ts";
import { bundleFunctions } from "../../localstack/embedded/function-definitions.ts";
import { HINT_QUEUE, TABLE_NAME } from "../../localstack/embedded/resources.ts";
import { queuePath } from "../../localstack/embedded/sqs/queue-url.ts";
import { type Stack, type StackOptions, startStack } from "../../localstack/embedded/stack.ts";
import { memoryLog } from "../localstack/lambda-host/functions.ts";
import { type EffectsServer, startEffectsServer } from "./effects-server.ts";
import { EFFECTS_URL } from "./fixtures/workflows.ts";

const folder = (name: string): string => `test/e2e/fixtures/${name}.ts`;

/** Bundled functions, and what removes them. */
export interface Fixtures {
  readonly bundles: Awaited<ReturnType<typeof bundleFunctions>>;
  readonly remove: () => void;
}

/** The functions of these tests, bundled as for Lambda. */
export async function bundleFixtures(): Promise<Fixtures> {
  const directory = mkdtempSync(join(tmpdir(), "savepoint-functions-"));
  const entries = { worker: folder("worker"), api: folder("api"), sweeper: folder("sweeper") };
  return {
    bundles: await bundleFunctions(directory, entries),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** A stack in this process whose functions run in processes of their own. */
export interface Deployment {
  readonly stack: Stack;
  /** A client of it, over HTTP as any other process would have it. */
  readonly savepoint: Savepoint;
  /** The service that step bodies call. */
  readonly effects: EffectsServer;
  readonly log: ReturnType<typeof memoryLog>;
  /** Ends everything that was started and removes what it kept. */
  readonly close: () => Promise<void>;
}

/** Starts a stack in a private folder. */
export async function deploy(
  options: Omit<StackOptions, "directory" | "log">,
): Promise<Deployment> {
  const directory = mkdtempSync(join(tmpdir(), "savepoint-stack-"));
  const log = memoryLog();
  const effects = await startEffectsServer();
  const environment = { ...options.environment, [EFFECTS_URL]: effects.url };
  const stack = await startStack({ ...options, directory, log, environment });
  return {
    stack,
    savepoint: clientOf(stack),
    effects,
    log,
    async close() {
      await stack.stop();
      await effects.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function clientOf({ awsEndpoint: endpoint, token }: Stack): Savepoint {
  const aws = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: token, secretAccessKey: "unchecked" },
  };
  return connect({
    table: TABLE_NAME,
    queueUrl: endpoint + queuePath(HINT_QUEUE),
    dynamodb: new DynamoDBClient({ ...aws, maxAttempts: 1 }),
    sqs: new SQSClient(aws),
  });
}
