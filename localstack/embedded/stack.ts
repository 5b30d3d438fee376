import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { descriptor } from "../../infra/descriptor.ts";
import { type Clock, systemClock } from "../../lambda/core/clock.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import type { Log } from "../../lambda/core/log.ts";
import { type Endpoint, openEndpoint } from "./aws-endpoint.ts";
import type { FunctionCode, FunctionSource } from "./bundle.ts";
import { type Closers, createClosers } from "./closers.ts";
import type { Control } from "./control-routes.ts";
import { type CrashSwitch, createCrashSwitch } from "./crash-switch.ts";
import { createDynamoDB, type DynamoDB } from "./dynamodb/dynamodb.ts";
import { startMapping } from "./event-source-mapping.ts";
import type { FaultPlan } from "./faults.ts";
import {
  bundleFunctions,
  functionDefinitions,
  functionsFor,
  type PerFunction,
} from "./function-definitions.ts";
import { handlerEnvironment } from "./handler-environment.ts";
import { openFront } from "./http-front.ts";
import { keepAddress, keptAddress, openAt } from "./kept-address.ts";
import { createLambdaHost, type LambdaHost } from "./lambda-host/host.ts";
import { createReload, type Reloaded } from "./reload.ts";
import { RESEARCH_CONFIG } from "./research-config.ts";
import { createResources, HINT_QUEUE } from "./resources.ts";
import type { DeliveryPlan } from "./sqs/delivery-plan.ts";
import { queuePath } from "./sqs/queue-url.ts";
import { createSqs, type Sqs } from "./sqs/sqs.ts";
import { removeStackFile, stackFilePath, writeStackFile } from "./stack-file.ts";
import { lockDirectory } from "./stack-lock.ts";
import { startTicker } from "./ticker.ts";

/** How to start a stack. */
export interface StackOptions {
  /** Folder of everything that it keeps; made when missing. One stack at a time may have it. */
  readonly directory: string;
  readonly log: Log;
  /** The system's by default. Timeouts of processes run by it too. */
  readonly clock?: Clock;
  /** Variables for the functions, in addition to or instead of the stack's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The project's variables, for all functions as in a deployment; the stack's own and those above count before them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Worker processes at a time; 5 by default. */
  readonly workerConcurrency?: number;
  /** Seconds after which an invocation of the worker is killed; the descriptor's by default. */
  readonly workerTimeoutSeconds?: number;
  /** Absolute path of the configuration whose workflows are run; by default the research app's. */
  readonly config?: string;
  /** What functions are made of instead of that configuration. */
  readonly sources?: Partial<PerFunction<FunctionSource>>;
  /** Bundles that were made before; by default the functions are bundled at each start. */
  readonly bundles?: PerFunction<FunctionCode>;
  /** What goes wrong with calls to DynamoDB and SQS, and who watches them. */
  readonly faults?: FaultPlan;
  /** What goes wrong between a send and its receive. */
  readonly delivery?: DeliveryPlan;
  /** Whether callback tokens can be completed without the stack's own token; by default they cannot. */
  readonly publicTokens?: boolean;
  /** Port of the API; by default that of the last start, or any free one. */
  readonly port?: number;
  /** Opened once the folder is this stack's, and closed with it. */
  readonly companion?: () => Promise<Companion>;
}

/** Something that the functions use and that runs beside the stack. */
export interface Companion {
  /** Variables for the functions. */
  readonly environment: Readonly<Record<string, string>>;
  /** Facts that `GET /__savepoint/info` tells beside the stack's own. */
  readonly info: Readonly<Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

/** A running stack. */
export interface Stack {
  /** Base URL of the API. */
  readonly api: string;
  /** URL of DynamoDB and SQS. */
  readonly awsEndpoint: string;
  /** Opens the API, and is the access key id for the AWS endpoint; the same at each start in its folder. */
  readonly token: string;
  readonly dynamodb: DynamoDB;
  readonly sqs: Sqs;
  readonly host: LambdaHost;
  /** Whether the API is being called, or was since this was last asked, or hints are in the queue. */
  readonly isBusy: () => boolean;
  /**
   * Bundles the functions anew. When they compile, further invocations run the new code; those at work end
   * with the old one, as after a deployment.
   */
  readonly reload: () => Promise<Reloaded>;
  /** Ends everything in good order; what is kept is kept. */
  readonly stop: () => Promise<void>;
  /** Resolves once it has been stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
}

/**
 * A run whose code never comes back, and has done nothing before, keeps each worker that takes it over until that
 * one's time is up. One more than that many fails it, and goes on with the others.
 */
const WORKER_CONCURRENCY = LIMITS.crashesMax + 1;
/**
 * AWS wants a queue to hide messages for as long as its function may run. Here a worker that is killed
 * while it still starts is to be made good for in the time of a demonstration, as with the lease.
 */
const VISIBILITY_SECONDS = 5;

/** What each part of a stack is started with. */
interface Parts extends StackOptions {
  readonly clock: Clock;
  readonly token: string;
  readonly crashes: CrashSwitch;
  readonly closers: Closers;
}

/**
 * Starts the embedded stack: the product's Lambda bundles against DynamoDB, SQS, EventBridge and API
 * Gateway in this process, on loopback ports. Its address is written to `stack.json` in its folder.
 * @throws StackRunningError when another one has the folder; esbuild's BuildFailure when a function
 * does not compile; Error when the folder cannot be used
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const closers = createClosers();
  closers.add(lockDirectory(directory, randomUUID()));
  try {
    return await openStack({ ...options, directory }, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function openStack(options: StackOptions, closers: Closers): Promise<Stack> {
  const { directory, log, clock = systemClock, publicTokens = false } = options;
  const { token, port: last } = keptAddress(directory);
  const started = new Date(clock.now()).toISOString();
  const crashes = createCrashSwitch(() => lambda.host.killBusy("worker"), log);
  const parts: Parts = { ...options, clock, token, crashes, closers };
  const opening = [openServices(parts), openCompanion(parts), openBundles(parts)] as const;
  // Also after a failure, so that what was opened meanwhile is closed too.
  await Promise.allSettled(opening);
  const [services, companion, bundles] = await Promise.all(opening);
  const environment = { ...companion.environment, ...options.environment };
  const lambda = openLambda({ ...parts, environment }, services, bundles);
  const { config = RESEARCH_CONFIG } = options;
  const reload = createReload({
    directory,
    sources: sourcesOf(options),
    bundles,
    replace: lambda.replace,
  });
  const control: Control = {
    info: () => ({
      pid: process.pid,
      directory,
      config,
      started,
      awsEndpoint: services.endpoint.url,
      publicTokens,
      ...companion.info,
    }),
    stop: () => void setImmediate(() => void closers.close()),
    reload,
    crashAfter: crashes.arm,
  };
  const { invoke } = lambda.host;
  const newId = randomUUID;
  const toFront = { invoke, control, token, publicTokens, clock, log, newId };
  const front = await openAt({ named: options.port, last }, (port) =>
    openFront({ ...toFront, tokenFile: stackFilePath(directory), port }),
  );
  closers.add(front.close);
  keepAddress(directory, { port: Number(new URL(front.url).port), token });
  writeStackFile(directory, { pid: process.pid, api: front.url, token, started });
  closers.add(() => removeStackFile(directory));
  return {
    api: front.url,
    awsEndpoint: services.endpoint.url,
    token,
    dynamodb: services.dynamodb,
    sqs: services.sqs,
    host: lambda.host,
    reload,
    isBusy: () => front.isBusy() || hintsLeft(services.sqs) > 0,
    stop: closers.close,
    stopped: closers.closed,
  };
}

const sourcesOf = ({ config = RESEARCH_CONFIG, sources }: StackOptions) => ({
  ...functionsFor(config),
  ...sources,
});

const openBundles = ({ bundles, ...parts }: Parts) =>
  bundles
    ? Promise.resolve(bundles)
    : bundleFunctions(join(parts.directory, "functions"), sourcesOf(parts));

async function openCompanion({ companion, closers }: Parts): Promise<Companion> {
  if (!companion) return { environment: {}, info: {}, close: () => Promise.resolve() };
  const opened = await companion();
  closers.add(opened.close);
  return opened;
}

interface Services {
  readonly dynamodb: DynamoDB;
  readonly sqs: Sqs;
  readonly endpoint: Endpoint;
  /** Whether the folder held no data before. */
  readonly isNew: boolean;
}

async function openServices(parts: Parts): Promise<Services> {
  const { clock, token, faults, delivery, crashes, closers } = parts;
  const dir = join(parts.directory, "data");
  const isNew = !existsSync(dir);
  const watched: FaultPlan = {
    ...faults,
    observe(outcome) {
      faults?.observe?.(outcome);
      crashes.observe(outcome);
    },
  };
  const dynamodb = createDynamoDB({ clock, journal: { dir }, faults: watched });
  closers.add(dynamodb.close);
  const sqs = createSqs({ clock, journal: { dir }, faults, delivery });
  closers.add(sqs.close);
  await createResources(dynamodb, sqs, VISIBILITY_SECONDS);
  const handlers = { dynamodb: dynamodb.handler, sqs: sqs.handler };
  const endpoint = await openEndpoint({ ...handlers, token });
  closers.add(endpoint.close);
  return { dynamodb, sqs, endpoint, isNew };
}

function openLambda(
  parts: Parts,
  { dynamodb, sqs, endpoint, isNew }: Services,
  bundles: PerFunction<FunctionCode>,
): {
  readonly host: LambdaHost;
  /** Has further invocations run other bundles. */
  readonly replace: (bundles: PerFunction<FunctionCode>) => void;
} {
  const { clock, log, token, closers, workerConcurrency = WORKER_CONCURRENCY } = parts;
  const queueUrl = endpoint.url + queuePath(HINT_QUEUE);
  const functionsOf = (code: PerFunction<FunctionCode>) =>
    functionDefinitions(code, {
      environment: (sha256) => ({
        ...parts.variables,
        ...handlerEnvironment({ endpoint: endpoint.url, queueUrl, token, code: sha256 }),
        ...parts.environment,
      }),
      workerConcurrency,
      workerTimeoutSeconds: parts.workerTimeoutSeconds,
    });
  const host = createLambdaHost({ functions: functionsOf(bundles), clock, log });
  const { invoke } = host;
  const mapping = startMapping({
    queues: sqs.queues,
    queueName: HINT_QUEUE,
    functionName: "worker",
    invoke,
    batchSize: descriptor.hints.batchSize,
    maxConcurrency: workerConcurrency,
    log,
  });
  const stopTicker = startTicker({
    clock,
    log,
    invoke,
    expire: dynamodb.expire,
    newId: randomUUID,
    everyMinutes: descriptor.schedules.sweep.everyMinutes,
    atOnce: !isNew,
  });
  closers.add(async () => {
    stopTicker();
    // Killed workers end the invocations that the mapping waits for; their messages stay.
    await Promise.all([mapping.stop(), host.stop()]);
  });
  return { host, replace: (code) => host.update(functionsOf(code)) };
}

function hintsLeft({ queues }: Sqs): number {
  const { visible, inFlight, delayed } = queues.get(HINT_QUEUE).counts();
  return visible + inFlight + delayed;
}
