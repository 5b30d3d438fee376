import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SQSEvent } from "aws-lambda";
import { descriptor } from "../infra/descriptor.ts";
import { systemClock } from "../lambda/core/clock.ts";
import { parseHint } from "../lambda/queue/hints.ts";
import { openEndpoint } from "../localstack/embedded/aws-endpoint.ts";
import { bundleFunction, type FunctionSource } from "../localstack/embedded/bundle.ts";
import { createClosers } from "../localstack/embedded/closers.ts";
import { createDynamoDB } from "../localstack/embedded/dynamodb/dynamodb.ts";
import type { Outcome } from "../localstack/embedded/faults.ts";
import { openFileLog } from "../localstack/embedded/file-log.ts";
import { handlerEnvironment } from "../localstack/embedded/handler-environment.ts";
import type { FunctionDefinition } from "../localstack/embedded/lambda-host/function-environment.ts";
import { createLambdaHost } from "../localstack/embedded/lambda-host/host.ts";
import { createResources, HINT_QUEUE } from "../localstack/embedded/resources.ts";
import { sqsEvent } from "../localstack/embedded/sqs-event.ts";
import { queueArn } from "../localstack/embedded/sqs/queue-attributes.ts";
import { queuePath } from "../localstack/embedded/sqs/queue-url.ts";
import { createSqs } from "../localstack/embedded/sqs/sqs.ts";
import type { StackAddress } from "./stack-process.ts";

/** A project's configuration with one workflow, whose input is checked. */
export const CHECKED_CONFIG = fixture("checked.config.ts");
/** A function that puts one item through the SDK. */
const BARE_HANDLER = fixture("bare-handler.ts");
/** How long a hint stays hidden that was handed over, and how long one is waited for, milliseconds. */
const HIDE_MS = 900_000;
const WAIT_MS = 1_000;
/** Opens the services to the functions. */
const TOKEN = "benchmark";

function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** A call of DynamoDB, and how long after the invocation it was performed, milliseconds. */
export interface Seen extends Outcome {
  readonly afterMs: number;
}

/** Functions that are never warm, and the services that they call, in this process. */
export interface ColdFunctions {
  readonly address: StackAddress;
  /** The event with which Lambda hands a run's hint to the worker. Nobody deletes hints here: those of others are old. */
  hintOf(run: string): Promise<SQSEvent>;
  /** Invokes a function in a process that starts for it and ends with it: its calls, as they came. */
  invoke(name: "worker" | "bare", event: unknown): Promise<readonly Seen[]>;
  close(): Promise<void>;
}

/**
 * Opens the embedded services, and bundles the worker of {@link CHECKED_CONFIG} and the bare handler for them.
 * @param directory a folder that nothing else uses
 */
export async function openColdFunctions(directory: string): Promise<ColdFunctions> {
  const closers = createClosers();
  const { log } = openFileLog(join(directory, "functions.log"), () => systemClock.now());
  let onCall: (outcome: Outcome) => void = () => undefined;
  const journal = { dir: directory };
  const faults = { observe: (outcome: Outcome) => onCall(outcome) };
  const dynamodb = createDynamoDB({ clock: systemClock, journal, faults });
  closers.add(dynamodb.close);
  const sqs = createSqs({ clock: systemClock, journal });
  closers.add(sqs.close);
  await createResources(dynamodb, sqs);
  const handlers = { dynamodb: dynamodb.handler, sqs: sqs.handler };
  const endpoint = await openEndpoint({ ...handlers, token: TOKEN });
  closers.add(endpoint.close);
  const queueUrl = endpoint.url + queuePath(HINT_QUEUE);
  const address = { awsEndpoint: endpoint.url, queueUrl, token: TOKEN };
  const functions = {
    worker: await definitionOf({ role: "worker", config: CHECKED_CONFIG }, directory, address),
    bare: await definitionOf(BARE_HANDLER, directory, address),
  };
  return {
    address,
    async hintOf(run) {
      const { signal } = new AbortController();
      const taking = { max: 1, hideMs: HIDE_MS, waitMs: WAIT_MS, signal };
      for (;;) {
        const messages = await sqs.queues.receive(HINT_QUEUE, taking);
        if (messages.length === 0) throw new Error(`there is no hint of the run "${run}"`);
        if (messages.some(({ body }) => parseHint(body)?.run !== run)) continue;
        return sqsEvent(messages, queueArn("us-east-1", HINT_QUEUE), "us-east-1");
      }
    },
    async invoke(name, event) {
      const host = createLambdaHost({ functions, log });
      const seen: Seen[] = [];
      const startedAt = performance.now();
      onCall = (outcome) => seen.push({ ...outcome, afterMs: performance.now() - startedAt });
      const result = await host.invoke(name, event);
      await host.stop();
      if (!result.ok) throw new Error(`the function "${name}" has failed: ${result.message}`);
      return seen;
    },
    close: closers.close,
  };
}

/** Both get what the embedded stack gives a worker: variables, memory, and a bundle made in the same way. */
async function definitionOf(
  source: FunctionSource,
  directory: string,
  { awsEndpoint: endpoint, queueUrl, token }: StackAddress,
): Promise<FunctionDefinition> {
  const name = typeof source === "string" ? "bare" : source.role;
  const bundle = await bundleFunction(source, join(directory, name));
  return {
    directory: bundle.directory,
    timeoutMs: descriptor.functions.worker.timeoutSeconds * 1000,
    memoryMb: descriptor.functions.worker.memoryMb,
    environment: handlerEnvironment({ endpoint, queueUrl, token, code: bundle.sha256 }),
    maxProcesses: 1,
  };
}
