import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { CALL_TIMEOUTS } from "../core/call-timeouts.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { ENV } from "../core/environment.ts";
import { InvalidArgumentError } from "../core/errors.ts";
import { type Ids, systemIds } from "../core/ids.ts";
import { assertOptions, type OptionNames } from "../core/known-options.ts";
import { jsonLog, type Log } from "../core/log.ts";
import { hintsOnDemand } from "../queue/hints.ts";
import type { StoreOptions } from "../store/engine-store.ts";
import { openStore } from "../store/store.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { createSavepoint, type Savepoint } from "./savepoint.ts";

/** Where a deployment is, and what to reach it with. */
export interface ConnectOptions {
  /** Name of the table. Default: the environment's SAVEPOINT_TABLE. */
  readonly table?: string;
  /** URL of the hint queue. Default: the environment's SAVEPOINT_QUEUE_URL. */
  readonly queueUrl?: string;
  /** DynamoDB client. Default: one for the environment's region and credentials. */
  readonly dynamodb?: DynamoDBClient;
  /** SQS client. Default: one for the environment's region and credentials. */
  readonly sqs?: SQSClient;
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Where warnings go. Default: JSON lines on standard error. */
  readonly log?: Log;
}

/** The ports of a deployment, its store as much of it as was asked for. */
type Deployment<S> = Omit<ClientDependencies, "store" | "workflows"> & { readonly store: S };

const CONNECT_OPTIONS: OptionNames<ConnectOptions> = {
  table: true,
  queueUrl: true,
  dynamodb: true,
  sqs: true,
  clock: true,
  ids: true,
  log: true,
};

/**
 * Connects to a deployment from any process that may read and write its table and send to its
 * queue. Nothing is called until a method is.
 * @throws InvalidArgumentError when table or queue are neither given nor in the environment, and for an option
 * that there is not
 */
export function connect(options: ConnectOptions = {}): Savepoint {
  assertOptions("connect", options, CONNECT_OPTIONS);
  return createSavepoint(openDeployment(options, openStore));
}

/**
 * The ports of a deployment.
 * @param open opens the store, or the part of it that is needed
 */
export function openDeployment<S>(
  options: ConnectOptions,
  open: (options: StoreOptions) => S,
): Deployment<S> {
  const { clock = systemClock, ids = systemIds } = options;
  const table = options.table ?? fromEnvironment(ENV.table, "table");
  const queueUrl = options.queueUrl ?? fromEnvironment(ENV.queueUrl, "queueUrl");
  const client = options.dynamodb ?? createDynamoDBClient();
  return {
    store: open({ client, table, clock, ids }),
    hints: hintsOnDemand(async () => {
      const { createSqsClient, openHints } = await import("../queue/sqs-hints.ts");
      return openHints(options.sqs ?? createSqsClient({ requestHandler: CALL_TIMEOUTS }), queueUrl);
    }),
    clock,
    ids,
    log:
      options.log ??
      jsonLog(
        (line) => process.stderr.write(`${line}\n`),
        () => clock.now(),
      ),
  };
}

/**
 * The DynamoDB client that `connect` makes. It tries each call once: the store retries by itself, so
 * that it can tell its own lost write from a rival's.
 * @param config goes before the defaults; region and credentials come from the environment
 */
export const createDynamoDBClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 1,
    cacheMiddleware: true,
    requestHandler: CALL_TIMEOUTS,
    ...config,
  });

function fromEnvironment(name: string, option: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new InvalidArgumentError(
    `the environment has no ${name}; set it, or pass connect({ ${option} })`,
  );
}
