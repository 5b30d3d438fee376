import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Clock, EpochMs } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import { addWaiter } from "./add-waiter.ts";
import { text } from "./attributes.ts";
import { cancelRun } from "./cancel-run.ts";
import { claimRun } from "./claim-run.ts";
import { continueAsNew } from "./continue-as-new.ts";
import { blockRun, clearOwed, finishRun } from "./finish-run.ts";
import { handOverRun, heartbeat, parkRun, releasePaused } from "./hold-run.ts";
import { loadHistory } from "./load-history.ts";
import { isExpired, type Meta, metaFrom } from "./meta.ts";
import { notifyParent } from "./notify-parent.ts";
import { restampHistory } from "./restamp.ts";
import { createRetry, type Retry } from "./retry.ts";
import { metaKey } from "./schema.ts";
import { sendMessage } from "./send-message.ts";
import { spillMessages } from "./spill.ts";
import { putCancelled, startRun } from "./start-run.ts";
import { terminateRun } from "./terminate-run.ts";
import { openTable, type Table } from "./table.ts";
import { openValues, type Values } from "./values.ts";
import { markOperation, writeOperation } from "./write-operation.ts";

/** A function of one access pattern, its table already given. */
export type Bound<F> = F extends (table: Table, ...args: infer A) => infer R
  ? (...args: A) => R
  : never;

/**
 * The durable state as an engine needs it, in the words of the protocol: one method a transition or read. What
 * only clients and the sweeper do is in {@link Store}, for a worker's cold start pays for what it loads.
 */
export interface EngineStore {
  readonly values: Values;
  /** The same store with patience until `deadline`, which is asked again before each further try. */
  until(deadline: () => EpochMs): EngineStore;
  readonly startRun: Bound<typeof startRun>;
  readonly putCancelled: Bound<typeof putCancelled>;
  readonly claimRun: Bound<typeof claimRun>;
  readonly heartbeat: Bound<typeof heartbeat>;
  readonly parkRun: Bound<typeof parkRun>;
  readonly handOverRun: Bound<typeof handOverRun>;
  readonly continueAsNew: Bound<typeof continueAsNew>;
  readonly releasePaused: Bound<typeof releasePaused>;
  readonly finishRun: Bound<typeof finishRun>;
  readonly blockRun: Bound<typeof blockRun>;
  readonly clearOwed: Bound<typeof clearOwed>;
  readonly writeOperation: Bound<typeof writeOperation>;
  readonly markOperation: Bound<typeof markOperation>;
  readonly loadHistory: Bound<typeof loadHistory>;
  readonly notifyParent: Bound<typeof notifyParent>;
  readonly addWaiter: Bound<typeof addWaiter>;
  readonly restampHistory: Bound<typeof restampHistory>;
  readonly sendMessage: Bound<typeof sendMessage>;
  readonly spillMessages: Bound<typeof spillMessages>;
  readonly cancelRun: Bound<typeof cancelRun>;
  readonly terminateRun: Bound<typeof terminateRun>;
  /** One run's META, consistently; undefined when there is none or its time to live is over. */
  readRun(id: string): Promise<Meta | undefined>;
  /** Several runs' METAs, consistently; those that do not exist, or not any more, are left out. */
  readRuns(ids: readonly string[]): Promise<Map<string, Meta>>;
}

/** What a store is made of. */
export interface StoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Opens the engine's part of the store. The client should be made with `maxAttempts: 1` (see openTable). */
export function openEngineStore(options: StoreOptions): EngineStore {
  const { clock, ids } = options;
  return overTable(options, createRetry(clock, ids));
}

/** Gives access patterns their table. */
export const binding =
  (table: Table) =>
  <A extends unknown[], R>(f: (table: Table, ...args: A) => R) =>
  (...args: A): R =>
    f(table, ...args);

function overTable(options: StoreOptions, retry: Retry): EngineStore {
  const { client, clock } = options;
  const table = openTable(client, options.table, retry);
  const bind = binding(table);
  return {
    values: openValues(table),
    until: (deadline) => overTable(options, retry.until(deadline)),
    startRun: bind(startRun),
    putCancelled: bind(putCancelled),
    claimRun: bind(claimRun),
    heartbeat: bind(heartbeat),
    parkRun: bind(parkRun),
    handOverRun: bind(handOverRun),
    continueAsNew: bind(continueAsNew),
    releasePaused: bind(releasePaused),
    finishRun: bind(finishRun),
    blockRun: bind(blockRun),
    clearOwed: bind(clearOwed),
    writeOperation: bind(writeOperation),
    markOperation: bind(markOperation),
    loadHistory: bind(loadHistory),
    notifyParent: bind(notifyParent),
    addWaiter: bind(addWaiter),
    restampHistory: bind(restampHistory),
    sendMessage: bind(sendMessage),
    spillMessages: bind(spillMessages),
    cancelRun: bind(cancelRun),
    terminateRun: bind(terminateRun),
    async readRun(id) {
      const item = await table.get(runKey(id));
      const meta = item && metaFrom(item);
      return meta && !isExpired(meta.ttl, clock.now()) ? meta : undefined;
    },
    async readRuns(runIds) {
      // BatchGetItem refuses a key that comes twice.
      const items = await table.batchGet([...new Set(runIds)].map(runKey));
      const there = items.map(metaFrom).filter(({ ttl }) => !isExpired(ttl, clock.now()));
      return new Map(there.map((meta) => [meta.id, meta]));
    },
  };
}

function runKey(id: string) {
  const { pk, sk } = metaKey(id);
  return { pk: text(pk), sk: text(sk) };
}
