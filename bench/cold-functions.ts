import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { descriptor } from "../infra/descriptor.ts";
import { systemClock } from "../lambda/core/clock.ts";
import { type Endpoint, openEndpoint } from "../localstack/embedded/aws-endpoint.ts";
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
import { newMessage } from "../localstack/embedded/sqs/message.ts";
import { queueArn } from "../localstack/embedded/sqs/queue-attributes.ts";
import { queuePath } from "../localstack/embedded/sqs/queue-url.ts";
import { createSqs } from "../localstack/embedded/sqs/sqs.ts";

/** A project's configuration with one workflow, whose input is checked. */
export const CHECKED_CONFIG = fixture("checked.config.ts");
/** A function that puts one item through the SDK. */
const BARE_HANDLER = fixture("bare-handler.ts");
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
  readonly endpoint: Endpoint;
  readonly token: string;
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
  const functions = {
    worker: await definitionOf({ role: "worker", config: CHECKED_CONFIG }, directory, endpoint.url),
    bare: await definitionOf(BARE_HANDLER, directory, endpoint.url),
  };
  return {
    endpoint,
    token: TOKEN,
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
  url: string,
): Promise<FunctionDefinition> {
  const name = typeof source === "string" ? "bare" : source.role;
  const bundle = await bundleFunction(source, join(directory, name));
  const queueUrl = url + queuePath(HINT_QUEUE);
  return {
    directory: bundle.directory,
    timeoutMs: descriptor.functions.worker.timeoutSeconds * 1000,
    memoryMb: descriptor.functions.worker.memoryMb,
    environment: handlerEnvironment({ endpoint: url, queueUrl, token: TOKEN, code: bundle.sha256 }),
    maxProcesses: 1,
  };
}

/** The event with which Lambda hands a run's hint to the worker. */
export function hintEvent(run: string) {
  const now = systemClock.now();
  const id = randomUUID();
  const message = newMessage({
    key: id,
    id,
    body: JSON.stringify({ run }),
    sentAt: now,
    dueAt: now,
  });
  return sqsEvent([message], queueArn("us-east-1", HINT_QUEUE), "us-east-1");
}
