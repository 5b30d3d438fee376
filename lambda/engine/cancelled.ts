import { CancelledError, RunTimeoutError } from "../core/errors.ts";
import type { CancelRequest } from "../store/meta.ts";

/** Key of the operation that delivers a cancel request: no name can have it. */
export const CANCEL_KEY = "@cancel";

/** The error that a cancelled run's code sees. */
export const cancelledError = (id: string, request: CancelRequest | undefined): CancelledError =>
  new CancelledError(
    `run ${id} was cancelled${request?.reason ? `: ${request.reason}` : ""}`,
    request && { details: { reason: request.reason } },
  );

/** The error that a cancelled run ends with. */
export const endOfCancelled = (
  id: string,
  request: CancelRequest | undefined,
): CancelledError | RunTimeoutError =>
  request?.cause === "timeout"
    ? new RunTimeoutError(`run ${id} did not finish before its deadline; what it did was undone`)
    : cancelledError(id, request);
