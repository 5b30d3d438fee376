import { SavepointError } from "../core/savepoint-error.ts";

/** The API refused a request, or broke on it, for a reason that has no class of its own. */
export class ApiError extends SavepointError {
  /** Kind of the error, as `run_conflict`; `unknown` when what answered is not Savepoint itself. */
  readonly code: string;
  /** HTTP status of the reply. */
  readonly status: number;
  static {
    this.prototype.name = "ApiError";
  }

  constructor(
    message: string,
    options: { readonly status: number; readonly code: string; readonly details?: unknown },
  ) {
    super(message, options);
    this.status = options.status;
    this.code = options.code;
  }
}

/** Nobody answers at the API's address, or not in time. */
export class ApiUnreachableError extends SavepointError {
  readonly code = "api_unreachable";
  static {
    this.prototype.name = "ApiUnreachableError";
  }
}

/** What answers is no Savepoint API, or one of another version. */
export class ApiReplyError extends SavepointError {
  readonly code = "api_reply";
  static {
    this.prototype.name = "ApiReplyError";
  }
}
