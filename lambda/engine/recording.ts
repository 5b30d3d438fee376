import type { EpochMs } from "../core/clock.ts";
import { decodeValue, type Encoded, encodedSize } from "../core/codec.ts";
import { LIMITS } from "../core/limits.ts";
import { NEW_OPERATION, type OperationRecord } from "../store/operation.ts";
import type { WriteGuard } from "../store/write-operation.ts";
import { type Execution, never } from "./execution.ts";
import type { Operation } from "./operation.ts";

/** Writes an operation's record; resolves once it is ours, never when it is not. */
export async function writeRecord(
  execution: Execution,
  operation: Operation,
  change: Partial<OperationRecord> & Pick<OperationRecord, "state">,
  guard: WriteGuard,
): Promise<void> {
  const { deps, historyPk, meta } = execution;
  const { key, kind, ordinal } = operation;
  const record: OperationRecord = {
    startedAt: deps.clock.now(),
    ...NEW_OPERATION,
    ...operation.record,
    ...change,
    key,
    kind,
    ordinal,
    epoch: meta.epoch,
    nonce: deps.ids.nonce(),
  };
  const written = await execution.inFlight(operation, () =>
    deps.store.writeOperation(historyPk, record, meta.historyTtl, guard),
  );
  if (!written.done) {
    const isOlder = written.rival !== undefined && written.rival.epoch <= meta.epoch;
    return execution.end(isOlder ? "reload" : "lost");
  }
  operation.record = record;
}

/** Settles an operation: takes the next place, writes the record, then lets the code see it. */
export async function settle(
  execution: Execution,
  operation: Operation,
  encoded: { readonly result: Encoded } | { readonly error: Encoded },
  change: Partial<OperationRecord> = {},
): Promise<void> {
  const { deps, historyPk, meta, settlements } = execution;
  // Whoever gave it up may have woken it: a race whose branches a cancel has rejected, say.
  if (execution.isDropped(operation)) return never();
  const place = settlements.reserve(operation.key);
  const at = deps.clock.now();
  const isResult = "result" in encoded;
  const value = isResult ? encoded.result : encoded.error;
  // Nearly every value stays inline, which spares a turn between the body's end and its write.
  const stored =
    encodedSize(value) <= LIMITS.operationInlineBytes
      ? value
      : await execution.inFlight(operation, () =>
          deps.store.values.keep(value, {
            historyPk,
            inlineBytes: LIMITS.operationInlineBytes,
            ttlSeconds: meta.historyTtl,
            nonce: deps.ids.nonce(),
          }),
        );
  await writeRecord(
    execution,
    operation,
    {
      ...change,
      state: "done",
      order: meta.epoch * LIMITS.settlementsPerEpoch + place,
      ...(isResult ? { result: stored } : { error: stored }),
      nextAttemptAt: undefined,
      endedAt: at,
    },
    "settle",
  );
  const decoded = decodeValue(value);
  execution.fill(place, {
    key: operation.key,
    at,
    isNew: true,
    outcome: isResult ? { ok: true, value: decoded } : { ok: false, error: decoded },
  });
}

/** Settles a timer that needs no record: nothing else was pending when it fired. */
export function settleUnrecorded(execution: Execution, operation: Operation, at: EpochMs): void {
  const place = execution.settlements.reserve(operation.key);
  const outcome = { ok: true, value: undefined } as const;
  execution.fill(place, { key: operation.key, at, isNew: false, outcome });
}
