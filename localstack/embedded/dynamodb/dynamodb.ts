import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../../lambda/core/clock.ts";
import { AwsError } from "../aws-error.ts";
import { type AwsJsonHandler, awsJsonHandler } from "../aws-json.ts";
import {
  type FaultPlan,
  internalError,
  type Members,
  type Perform,
  type Performed,
  withFaults,
} from "../faults.ts";
import type { JournalPlace } from "../journal.ts";
import { batchGetItem } from "./calls/batch-get-item.ts";
import { deleteItem } from "./calls/delete-item.ts";
import { getItem } from "./calls/get-item.ts";
import { putItem } from "./calls/put-item.ts";
import { query } from "./calls/query.ts";
import {
  createTable,
  describeTable,
  describeTimeToLive,
  updateTimeToLive,
} from "./calls/tables.ts";
import { updateItem } from "./calls/update-item.ts";
import { Database } from "./database.ts";
import { throughputExceeded } from "./errors.ts";
import { removeExpired } from "./expire.ts";

/** Calls that the product makes: they read and write items. */
export const DYNAMODB_CALLS = [
  "BatchGetItem",
  "DeleteItem",
  "GetItem",
  "PutItem",
  "Query",
  "UpdateItem",
] as const;

/** Calls that the product does not make, but whoever deploys and looks after its table. */
export const DYNAMODB_SETUP_CALLS = [
  "CreateTable",
  "DescribeTable",
  "DescribeTimeToLive",
  "UpdateTimeToLive",
] as const;

type CallName = (typeof DYNAMODB_CALLS)[number] | (typeof DYNAMODB_SETUP_CALLS)[number];

const CALLS: Readonly<Record<CallName, (db: Database, input: Members) => Performed>> = {
  BatchGetItem: batchGetItem,
  CreateTable: createTable,
  DeleteItem: deleteItem,
  DescribeTable: describeTable,
  DescribeTimeToLive: describeTimeToLive,
  GetItem: getItem,
  PutItem: putItem,
  Query: query,
  UpdateItem: updateItem,
  UpdateTimeToLive: updateTimeToLive,
};
const CALLS_BY_NAME = new Map(Object.entries(CALLS));

/** What the embedded DynamoDB is made with. */
export interface DynamoDBOptions {
  /** Time for TTL, index lag and creation dates; the system's by default. */
  readonly clock?: Clock;
  /** Where items are kept; without it they end with the process. */
  readonly journal?: JournalPlace | undefined;
  /** What goes wrong with calls, and who watches them. */
  readonly faults?: FaultPlan | undefined;
  /** Fresh ids of requests; random UUIDs by default. */
  readonly newId?: () => string;
}

/** DynamoDB for one process: the calls in `DYNAMODB_CALLS` and `DYNAMODB_SETUP_CALLS`. */
export interface DynamoDB {
  /**
   * Performs a call; input and output are those of the JSON protocol, with binary as base64. The
   * input belongs to the database from then on, and neither it nor the output may be changed.
   *
   * @throws AwsError as DynamoDB words it; a call that is not implemented is refused by name
   */
  readonly call: Perform;
  /** The JSON protocol. */
  readonly handler: AwsJsonHandler;
  /** Removes items whose time to live is over; resolves to how many, once that is written. */
  readonly expire: () => Promise<number>;
  /** Writes what is pending and closes the journal. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the embedded DynamoDB. Calls are performed one at a time, in the order in which they come.
 *
 * @throws Error when the journal is damaged or cannot be opened
 */
export function createDynamoDB(options: DynamoDBOptions = {}): DynamoDB {
  const { clock = systemClock, journal, faults, newId = randomUUID } = options;
  const db = new Database(clock, journal, faults ?? {});
  const perform = (action: string, input: Members): Promise<Performed> =>
    durably(db, () => {
      const call = CALLS_BY_NAME.get(action);
      if (!call) throw unknownOperation(action);
      return call(db, input);
    });
  const call: Perform = faults
    ? withFaults("dynamodb", faults, throughputExceeded, perform)
    : async (action, input) => (await perform(action, input)).output;
  return {
    call,
    handler: awsJsonHandler({
      prefix: "DynamoDB_20120810.",
      perform: call,
      namespace,
      requestId: newId,
    }),
    expire: () => durably(db, () => removeExpired(db)),
    close: async () => db.journal?.close(),
  };
}

/**
 * Works on the database, and holds the answer back until all that it may show has been written: a
 * reader too must not see what a crash could take back.
 */
async function durably<T>({ journal }: Database, work: () => T): Promise<T> {
  if (!journal) return work();
  const failure = journal.failure();
  if (failure) throw internalError(failure.message);
  try {
    return work();
  } finally {
    await journal.pending()?.catch((error: Error) => {
      throw internalError(error.message);
    });
  }
}

/** The namespaces of DynamoDB's errors: some are those of the framework below it. */
function namespace(errorName: string): string {
  switch (errorName) {
    case "ValidationException":
      return "com.amazon.coral.validate";
    case "SerializationException":
    case "UnknownOperationException":
      return "com.amazon.coral.service";
    default:
      return "com.amazonaws.dynamodb.v20120810";
  }
}

function unknownOperation(action: string): AwsError {
  const known = [...CALLS_BY_NAME.keys()].join(", ");
  return new AwsError(
    "UnknownOperationException",
    `${action} is not implemented by the embedded DynamoDB, which has ${known}`,
  );
}
