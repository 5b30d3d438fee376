import { copyRecords, copyValue, readSnapshot } from "./copy-history.ts";
import { deleteRun } from "./delete-run.ts";
import {
  type Bound,
  binding,
  type EngineStore,
  openEngineStore,
  type StoreOptions,
} from "./engine-store.ts";
import { copyCompletions } from "./given-back.ts";
import { listAttention, listRuns } from "./list-runs.ts";
import { pauseRun, resumeRun } from "./pause-run.ts";
import { readOperation } from "./read-operation.ts";
import { restampResting } from "./restamp.ts";
import { isOverfull, resumeFinished } from "./resume-finished.ts";
import { createRetry } from "./retry.ts";
import { dueRuns, pushCheck } from "./sweep-runs.ts";
import { openTable } from "./table.ts";

/** The durable state as clients and the sweeper need it: beside what an engine does, what is done to runs. */
export interface Store extends EngineStore {
  readonly dueRuns: Bound<typeof dueRuns>;
  readonly pushCheck: Bound<typeof pushCheck>;
  readonly restampResting: Bound<typeof restampResting>;
  readonly listRuns: Bound<typeof listRuns>;
  readonly listAttention: Bound<typeof listAttention>;
  readonly readOperation: Bound<typeof readOperation>;
  readonly pauseRun: Bound<typeof pauseRun>;
  readonly resumeRun: Bound<typeof resumeRun>;
  readonly resumeFinished: Bound<typeof resumeFinished>;
  readonly isOverfull: Bound<typeof isOverfull>;
  readonly readSnapshot: Bound<typeof readSnapshot>;
  readonly copyRecords: Bound<typeof copyRecords>;
  readonly copyValue: Bound<typeof copyValue>;
  readonly copyCompletions: Bound<typeof copyCompletions>;
  readonly deleteRun: Bound<typeof deleteRun>;
}

/** Opens the store over a table. The client should be made with `maxAttempts: 1` (see openTable). */
export function openStore(options: StoreOptions): Store {
  const { client, clock, ids } = options;
  const bind = binding(openTable(client, options.table, createRetry(clock, ids)));
  return {
    ...openEngineStore(options),
    dueRuns: bind(dueRuns),
    pushCheck: bind(pushCheck),
    restampResting: bind(restampResting),
    listRuns: bind(listRuns),
    listAttention: bind(listAttention),
    readOperation: bind(readOperation),
    pauseRun: bind(pauseRun),
    resumeRun: bind(resumeRun),
    resumeFinished: bind(resumeFinished),
    isOverfull: bind(isOverfull),
    readSnapshot: bind(readSnapshot),
    copyRecords: bind(copyRecords),
    copyValue: bind(copyValue),
    copyCompletions: bind(copyCompletions),
    deleteRun: bind(deleteRun),
  };
}
