import { InvalidArgumentError } from "../core/errors.ts";
import {
  encodedFrom,
  type RecordedHistory,
  type RecordedOperation,
} from "../core/recorded-history.ts";
import { recordedHistorySchema } from "../core/recorded-history-schema.ts";
import type { Meta } from "../store/meta.ts";
import { NEW_OPERATION, type OperationRecord } from "../store/operation.ts";
import { birthTtl } from "../store/start-run.ts";

/** Complaints that a message tells. */
const ISSUES_MAX = 3;

/** A recorded history, read back. Throws InvalidArgumentError, saying what is wrong with it. */
export function parseHistory(json: unknown): RecordedHistory {
  if (typeof json === "string") {
    throw new InvalidArgumentError("a recorded history was given as text; parse it as JSON first");
  }
  const { data, error } = recordedHistorySchema.safeParse(json);
  if (data) return data;
  const issues = error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  throw new InvalidArgumentError(
    `this is no recorded history of a run: ${issues.slice(0, ISSUES_MAX).join("; ")}; give what "savepoint runs history" has printed, parsed`,
  );
}

/** The run as if a worker had just claimed it, before it finished. */
export function claimedAnew({ run }: RecordedHistory, leaseMs: number): Meta {
  const now = run.exportedAt;
  const ttl = birthTtl(now);
  return {
    id: run.id,
    incarnation: run.incarnation,
    generation: 0,
    copies: [],
    round: run.round,
    seed: run.seed,
    forkedFrom: undefined,
    workflow: run.workflow,
    status: "running",
    epoch: run.epoch + 1,
    bundle: undefined,
    formerBundle: undefined,
    owner: "replay",
    ownerMessage: undefined,
    leaseUntil: now + leaseMs,
    formerUntil: undefined,
    dueAt: undefined,
    checkAt: undefined,
    attentionAt: undefined,
    wakeSeq: 0,
    box: [],
    spilled: [],
    past: [],
    pastPages: [],
    usedTokens: [],
    cancel: run.cancel && { nonce: "recorded", ...run.cancel },
    isPauseAsked: false,
    // It has finished in time, or its cancel request says that it has not.
    deadline: undefined,
    timeLimitMs: undefined,
    attributes: {},
    parent: undefined,
    givenUpBy: undefined,
    waiters: [],
    owed: [],
    hops: 0,
    crashes: 0,
    recoveries: 0,
    isUnmarked: false,
    mark: 0,
    nudges: 0,
    inputHash: "",
    input: encodedFrom(run.input),
    output: undefined,
    error: undefined,
    code: undefined,
    failedOperation: undefined,
    startedAt: run.startedAt,
    roundAt: run.roundAt,
    finishedAt: undefined,
    ttl,
    historyTtl: ttl,
    tx: "recorded",
    activity: [],
  };
}

/** The records of a history. */
export const recordsOf = ({ operations }: RecordedHistory): OperationRecord[] =>
  operations.map(recordOf);

const recordOf = ({
  attempts = 0,
  failures = [],
  wakeAt,
  result,
  error,
  ...rest
}: RecordedOperation): OperationRecord => ({
  ...NEW_OPERATION,
  ...rest,
  attempt: attempts,
  attemptErrors: failures,
  failures: failures.length,
  ...(rest.state === "backoff" ? { nextAttemptAt: wakeAt } : { wakeAt }),
  result: result && encodedFrom(result),
  error: error && encodedFrom(error),
  nonce: "recorded",
});
