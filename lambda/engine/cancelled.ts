import { CancelledError, RunTimeoutError } from "../core/errors.ts";
import { childId } from "../core/keys.ts";
import type { CancelRequest } from "../store/meta.ts";
import type { OperationKind, OperationRecord } from "../store/operation.ts";
import type { Execution } from "./execution.ts";
import type { Operation } from "./operation.ts";
import { conclude } from "./rollback.ts";

/** Key of the operation that delivers a cancel request: no name can have it. */
export const CANCEL_KEY = "@cancel";

/** Whether a cancel rejects what is pending of that kind: all but rollbacks, which run because of it. */
export const isCancellable = ({ kind }: { readonly kind?: OperationKind }): boolean =>
  kind !== "rollback";

/**
 * Whether a race that is being recorded leaves an operation behind. Patches wait for their record in any case: the
 * code is given nothing before it.
 */
export const isLosing = (
  { losing }: Pick<Execution, "losing">,
  { kind, scope }: Pick<Operation, "kind" | "scope">,
): boolean => kind !== "patch" && losing.has(scope);

/** The error that a cancelled run's code sees. */
export const cancelledError = (id: string, request: CancelRequest | undefined): CancelledError =>
  new CancelledError(
    `run ${id} was cancelled${request?.reason ? `: ${request.reason}` : ""}`,
    request && { details: { reason: request.reason } },
  );

/** The same once the cancel was delivered; undefined until then. */
export const deliveredCancel = ({
  isCancelled,
  meta,
  outside,
}: Execution): CancelledError | undefined =>
  isCancelled ? cancelledError(meta.id, outside.cancel) : undefined;

/** The error that a cancelled run ends with. */
export const endOfCancelled = (
  id: string,
  request: CancelRequest | undefined,
): CancelledError | RunTimeoutError =>
  request?.cause === "timeout"
    ? new RunTimeoutError(`run ${id} did not finish before its deadline and was cancelled`)
    : cancelledError(id, request);

/**
 * A cancel was delivered: rejects what was pending then, in the order in which it was asked for, and undoes
 * what a function has done that had returned already.
 */
export function rejectPending(execution: Execution, keys: readonly string[]): void {
  execution.isCancelled = true;
  execution.isCancelling = false;
  const error = cancelledError(execution.meta.id, execution.outside.cancel);
  for (const operation of keys.flatMap((key) => execution.pending.get(key) ?? [])) {
    drop(execution, operation);
    operation.reject(error);
  }
  execution.continuation?.reject(error);
  execution.continuation = undefined;
  const { returned } = execution;
  execution.returned = undefined;
  if (returned) void conclude(execution, returned);
}

/**
 * Gives an operation up: its body is told, a message it was given is open again, a child of its own is
 * abandoned, and nothing more is recorded of it but an outcome that is being written already.
 */
export function drop(execution: Execution, operation: Operation): void {
  const { outside, pending, settlements } = execution;
  const { body, key, record, taken } = operation;
  body?.abort("cancelled");
  if (taken !== undefined && !settlements.isReservedFor(key)) outside.mailbox.putBack(taken);
  execution.enter(operation, "waiting");
  pending.delete(key);
  if (record) abandon(execution, record);
}

/**
 * The run ends as cancelled: gives up what its code has asked for and does not wait for, and what an owner
 * before has begun that the code has not come to here.
 */
export function dropAll(execution: Execution): void {
  for (const operation of execution.pending.values()) drop(execution, operation);
  for (const record of execution.history.unfinished) {
    if (!execution.hasAsked(record.key)) abandon(execution, record);
  }
}

/** Notes a child of the run's own that is to be cancelled; nothing, when the record is of anything else. */
function abandon({ abandoned, meta }: Execution, record: OperationRecord): void {
  const { childId: id, key, kind, state, told } = record;
  if (kind !== "run" || state === "done" || told || id !== childId(meta.id, meta.round, key))
    return;
  abandoned.set(id, record);
}
