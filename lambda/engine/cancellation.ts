import { encodeValue } from "../core/codec.ts";
import { LIMITS } from "../core/limits.ts";
import { NEW_OPERATION } from "../store/operation.ts";
import { CANCEL_KEY, isCancellable } from "./cancelled.ts";
import type { Ending } from "./drive.ts";
import type { Execution } from "./execution.ts";
import type { Operation } from "./operation.ts";
import { markHeld, wakeDue } from "./pending.ts";

/**
 * Row 18: delivers a cancel request. It has a place in the order of settlement like anything else, and
 * is written when no other write is in flight; its record names what was pending, for exactly that
 * rejects then, live and on replay. What the code asks for afterwards runs as usual.
 */
export async function deliverCancel(execution: Execution): Promise<Ending | undefined> {
  for (const { body } of cancellable(execution)) body?.abort("cancelled");
  if (execution.hasWrites || execution.settlements.isOpen) {
    await execution.bell.wait();
    return undefined;
  }
  // Time that has come before the request is seen goes first.
  if (wakeDue(execution)) return undefined;
  execution.isCancelling = true;
  const unfenced = await markHeld(execution);
  if (unfenced) return unfenced;
  const { deps, historyPk, meta, settlements } = execution;
  const keys = cancellable(execution).map(({ key }) => key);
  const at = deps.clock.now();
  const place = settlements.reserve(CANCEL_KEY);
  const value = encodeValue(keys);
  const nonce = deps.ids.nonce();
  const write = execution.inFlight({ key: CANCEL_KEY }, async () =>
    deps.store.writeOperation(
      historyPk,
      {
        ...NEW_OPERATION,
        key: CANCEL_KEY,
        kind: "cancel",
        ordinal: -1,
        state: "done",
        epoch: meta.epoch,
        order: meta.epoch * LIMITS.settlementsPerEpoch + place,
        result: await deps.store.values.keep(value, {
          historyPk,
          inlineBytes: LIMITS.operationInlineBytes,
          ttlSeconds: meta.historyTtl,
          nonce: deps.ids.nonce(),
        }),
        startedAt: at,
        endedAt: at,
        nonce,
      },
      meta.historyTtl,
      "settle",
    ),
  );
  const written = await unlessEnded(execution, write);
  if (!written) return undefined;
  if (!written.done) return { kind: "reload" };
  settlements.fill(place, {
    key: CANCEL_KEY,
    at,
    isNew: true,
    outcome: { ok: true, value: keys },
  });
  return undefined;
}

/**
 * Awaits a write of the loop's own; undefined once the execution has come to its end, in which nothing is answered
 * any more, and the loop has to see it.
 */
async function unlessEnded<T>(execution: Execution, write: Promise<T>): Promise<T | undefined> {
  const { bell } = execution;
  const answer: { written?: T } = {};
  void write.then((written) => {
    answer.written = written;
    bell.ring();
  });
  while (!answer.written && !execution.ending && !execution.failure) await bell.wait();
  return answer.written;
}

/**
 * Whether a cancel is still to be replayed, or delivered: what was being written when the code came to its
 * end is replayed before it.
 */
export const isCancelledLater = ({ history, mustCancel }: Execution): boolean =>
  mustCancel || history.rest.some(({ kind }) => kind === "cancel");

/**
 * Row 3 for the delivery of a cancel: a former owner may be at work on it. What the code asks for after
 * a timer must not be marked until it is certain that the cancel does not come before that timer.
 */
export async function fenceCancel(execution: Execution): Promise<Ending | undefined> {
  if (!execution.mustCancel || !execution.marksFirst) return undefined;
  const { deps, historyPk, meta } = execution;
  const mark = {
    key: CANCEL_KEY,
    kind: "cancel",
    ordinal: -1,
    epoch: meta.epoch,
    nonce: deps.ids.nonce(),
    now: deps.clock.now(),
    counts: false,
  } as const;
  const isOurs = await deps.store.markOperation(historyPk, mark, meta.historyTtl);
  return isOurs ? undefined : { kind: "reload" };
}

const cancellable = ({ pending }: Execution): Operation[] =>
  [...pending.values()].filter(isCancellable);
