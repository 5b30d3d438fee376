import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Clock, EpochMs } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import { addWaiter } from "./add-waiter.ts";
import { text } from "./attributes.ts";
import { cancelRun } from "./cancel-run.ts";
import { claimRun } from "./claim-run.ts";
import { continueAsNew } from "./continue-as-new.ts";
import { copyRecords, copyValue, readSnapshot } from "./copy-history.ts";
import { deleteRun } from "./delete-run.ts";
import { blockRun, clearOwed, finishRun } from "./finish-run.ts";
import { copyCompletions } from "./given-back.ts";
import { handOverRun, heartbeat, parkRun, releasePaused } from "./hold-run.ts";
import { listAttention, listRuns } from "./list-runs.ts";
import { loadHistory } from "./load-history.ts";
import { isExpired, type Meta, metaFrom } from "./meta.ts";
import { notifyParent } from "./notify-parent.ts";
import { readOperation } from "./read-operation.ts";
import { pauseRun, resumeRun } from "./pause-run.ts";
import { isOverfull, resumeFinished } from "./resume-finished.ts";
import { restampHistory, restampResting } from "./restamp.ts";
import { createRetry, type Retry } from "./retry.ts";
import { metaKey } from "./schema.ts";
import { sendMessage } from "./send-message.ts";
import { spillMessages } from "./spill.ts";
import { putCancelled, startRun } from "./start-run.ts";
import { dueRuns, pushCheck } from "./sweep-runs.ts";
import { terminateRun } from "./terminate-run.ts";
import { openTable, type Table } from "./table.ts";
import { openValues, type Values } from "./values.ts";
import { markOperation, writeOperation } from "./write-operation.ts";

/** A function of one access pattern, its table already given. */
type Bound<F> = F extends (table: Table, ...args: infer A) => infer R ? (...args: A) => R : never;

/** The durable state, in the words of the protocol: one method a transition or read. */
export interface Store {
  readonly values: Values;
  /** The same store with patience until `deadline`, which is asked again before each further try. */
  until(deadline: () => EpochMs): Store;
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
  readonly readOperation: Bound<typeof readOperation>;
  readonly notifyParent: Bound<typeof notifyParent>;
  readonly addWaiter: Bound<typeof addWaiter>;
  readonly dueRuns: Bound<typeof dueRuns>;
  readonly pushCheck: Bound<typeof pushCheck>;
  readonly listRuns: Bound<typeof listRuns>;
  readonly listAttention: Bound<typeof listAttention>;
  readonly restampHistory: Bound<typeof restampHistory>;
  readonly restampResting: Bound<typeof restampResting>;
  readonly sendMessage: Bound<typeof sendMessage>;
  readonly spillMessages: Bound<typeof spillMessages>;
  readonly cancelRun: Bound<typeof cancelRun>;
  readonly terminateRun: Bound<typeof terminateRun>;
  readonly pauseRun: Bound<typeof pauseRun>;
  readonly resumeRun: Bound<typeof resumeRun>;
  readonly resumeFinished: Bound<typeof resumeFinished>;
  readonly isOverfull: Bound<typeof isOverfull>;
  readonly readSnapshot: Bound<typeof readSnapshot>;
  readonly copyRecords: Bound<typeof copyRecords>;
  readonly copyValue: Bound<typeof copyValue>;
  readonly copyCompletions: Bound<typeof copyCompletions>;
  readonly deleteRun: Bound<typeof deleteRun>;
  /** One run's META, consistently; undefined when there is none or its time to live is over. */
  readRun(id: string): Promise<Meta | undefined>;
  /** Several runs' METAs, consistently; those that do not exist, or not any more, are left out. */
  readRuns(ids: readonly string[]): Promise<Map<string, Meta>>;
}

interface StoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Opens the store over a table. The client should be made with `maxAttempts: 1` (see openTable). */
export function openStore(options: StoreOptions): Store {
  const { clock, ids } = options;
  return overTable(options, createRetry(clock, ids));
}

function overTable(options: StoreOptions, retry: Retry): Store {
  const { client, clock } = options;
  const table = openTable(client, options.table, retry);
  const bind =
    <A extends unknown[], R>(f: (table: Table, ...args: A) => R) =>
    (...args: A): R =>
      f(table, ...args);
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
    readOperation: bind(readOperation),
    notifyParent: bind(notifyParent),
    addWaiter: bind(addWaiter),
    dueRuns: bind(dueRuns),
    pushCheck: bind(pushCheck),
    listRuns: bind(listRuns),
    listAttention: bind(listAttention),
    restampHistory: bind(restampHistory),
    restampResting: bind(restampResting),
    sendMessage: bind(sendMessage),
    spillMessages: bind(spillMessages),
    cancelRun: bind(cancelRun),
    terminateRun: bind(terminateRun),
    pauseRun: bind(pauseRun),
    resumeRun: bind(resumeRun),
    resumeFinished: bind(resumeFinished),
    isOverfull: bind(isOverfull),
    readSnapshot: bind(readSnapshot),
    copyRecords: bind(copyRecords),
    copyValue: bind(copyValue),
    copyCompletions: bind(copyCompletions),
    deleteRun: bind(deleteRun),
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
