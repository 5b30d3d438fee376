import { type ErrorCode, isSavepointError } from "../core/errors.ts";
import type { HttpCode } from "../core/http-codes.ts";
import { refusalView } from "./json-view.ts";

/** A request that cannot be served as it was sent. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: HttpCode;
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param status HTTP status
   * @param code stable name of the error
   * @param message what was wrong, with the value, and what to do
   */
  constructor(
    status: number,
    code: HttpCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Statuses of errors that are the request's; any other is the server's. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  run_not_found: 404,
  workflow_not_found: 404,
  token_invalid: 404,
  run_conflict: 409,
  mailbox_full: 429,
  value_too_large: 413,
  validation: 422,
  invalid_argument: 422,
  value_not_serializable: 422,
  store_unavailable: 503,
};

/** What is answered to a request that failed. */
export interface FailureReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: {
      readonly code: ErrorCode | HttpCode;
      readonly message: string;
      readonly details?: unknown;
    };
  };
}

/** Turns an error into an answer. What is not meant for callers is told to the log only. */
export function failureReply(error: unknown): FailureReply {
  if (error instanceof RequestError) {
    const { status, code, message, headers } = error;
    return { status, headers, body: { error: { code, message } } };
  }
  const status = isSavepointError(error) ? STATUSES[error.code] : undefined;
  if (!isSavepointError(error) || status === undefined) {
    const message = "the server failed to answer; its log has the cause";
    return { status: 500, headers: {}, body: { error: { code: "internal", message } } };
  }
  const { code, message } = error;
  const details =
    error.details ?? (isSavepointError(error, "validation") ? { issues: error.issues } : undefined);
  return {
    status,
    headers: status === 503 || status === 429 ? { "retry-after": "1" } : {},
    body: {
      error: { code, message, ...(details !== undefined && { details: refusalView(details) }) },
    },
  };
}
