import type { EpochMs } from "./clock.ts";
import { parseDuration, type Duration } from "./duration.ts";
import {
  InvalidArgumentError,
  SavepointError,
  type SavepointErrorOptions,
} from "./savepoint-error.ts";

export { isSavepointError, type ErrorCode, type KnownError } from "./error-codes.ts";
export { InvalidArgumentError, SavepointError, type SavepointErrorOptions };

/** Thrown by user code: this failure is final, no retry can help. */
export class TerminalError extends SavepointError {
  readonly code = "terminal";
  static {
    this.prototype.name = "TerminalError";
  }
}

/** Thrown by user code: try again, but not before the time given (a `Retry-After` header, say). */
export class RetryAfterError extends SavepointError {
  readonly code = "retry_after";
  /** Pause from the moment of the failure, milliseconds; absent when `retryAt` is given. */
  declare readonly retryAfterMs?: number;
  /** When to try again; absent when `retryAfterMs` is given. */
  declare readonly retryAt?: EpochMs;
  static {
    this.prototype.name = "RetryAfterError";
  }

  /**
   * @param options.retryAfter a pause (milliseconds or "20s") or the time itself
   * @throws InvalidArgumentError for a pause or date that makes no sense
   */
  constructor(
    message: string,
    options: SavepointErrorOptions & { readonly retryAfter: Duration | Date },
  ) {
    super(message, options);
    const { retryAfter } = options;
    if (!(retryAfter instanceof Date)) {
      this.retryAfterMs = parseDuration(retryAfter);
    } else if (Number.isNaN(retryAfter.getTime())) {
      throw new InvalidArgumentError(`retryAfter is an invalid Date; give a valid one or "20s"`);
    } else {
      this.retryAt = retryAfter.getTime();
    }
  }

  /** The time before which no further attempt may be made, for a failure at `failedAt`. */
  notBefore(failedAt: EpochMs): EpochMs {
    return this.retryAt ?? failedAt + (this.retryAfterMs ?? 0);
  }
}

/** The run was asked to stop; pending operations of the workflow reject with this. */
export class CancelledError extends SavepointError {
  readonly code = "cancelled";
  static {
    this.prototype.name = "CancelledError";
  }
}

/** The run had not finished by the end of its `timeout`, and was cancelled. */
export class RunTimeoutError extends SavepointError {
  readonly code = "run_timeout";
  static {
    this.prototype.name = "RunTimeoutError";
  }
}

/** A step's body took longer than its `timeout`. */
export class StepTimeoutError extends SavepointError {
  readonly code = "step_timeout";
  static {
    this.prototype.name = "StepTimeoutError";
  }
}

/** An `atMostOnce` step was under way when its worker died: whether its effect happened is unknown. */
export class StepInterruptedError extends SavepointError {
  readonly code = "step_interrupted";
  static {
    this.prototype.name = "StepInterruptedError";
  }
}

/** A step does not fit into one Lambda invocation, by its declared timeout or by experience. */
export class StepTooLongError extends SavepointError {
  readonly code = "step_too_long";
  static {
    this.prototype.name = "StepTooLongError";
  }
}

/** One failed attempt of a step. */
export interface FailedAttempt {
  /** Number of the attempt, 1 the first. */
  readonly attempt: number;
  readonly name: string;
  readonly message: string;
}

/** A step failed on each of its attempts. `cause` is the last attempt's error. */
export class RetriesExhaustedError extends SavepointError {
  readonly code = "retries_exhausted";
  /** Every attempt's failure, in order, as far as they were kept. */
  readonly errors: readonly FailedAttempt[];
  static {
    this.prototype.name = "RetriesExhaustedError";
  }

  constructor(
    message: string,
    options: SavepointErrorOptions & { readonly errors: readonly FailedAttempt[] },
  ) {
    super(message, options);
    this.errors = options.errors;
  }
}

/** The code no longer asks for what the run's history holds. The run is blocked until other code is deployed. */
export class NonDeterminismError extends SavepointError {
  readonly code = "non_determinism";
  /** What the history holds. */
  readonly expected: string;
  /** What the code asked for. */
  readonly got: string;
  /** Where in the run the two part. */
  readonly where: string;
  static {
    this.prototype.name = "NonDeterminismError";
  }

  constructor(
    message: string,
    options: SavepointErrorOptions & Pick<NonDeterminismError, "expected" | "got" | "where">,
  ) {
    super(message, options);
    this.expected = options.expected;
    this.got = options.got;
    this.where = options.where;
  }
}

/** The run used up its crashes or invocations without recording anything new. */
export class NoProgressError extends SavepointError {
  readonly code = "no_progress";
  static {
    this.prototype.name = "NoProgressError";
  }
}

/** A run of that id exists with another workflow or input, or in a status that forbids what was asked. */
export class RunConflictError extends SavepointError {
  readonly code = "run_conflict";
  static {
    this.prototype.name = "RunConflictError";
  }
}

/** There is no run of that id, or its records have expired. */
export class RunNotFoundError extends SavepointError {
  readonly code = "run_not_found";
  static {
    this.prototype.name = "RunNotFoundError";
  }
}

/** A run has so many messages waiting in its mailbox that it takes no more for now. */
export class MailboxFullError extends SavepointError {
  readonly code = "mailbox_full";
  static {
    this.prototype.name = "MailboxFullError";
  }
}

/** A callback token completes nothing: it is wrong, used or expired, or its run has finished. */
export class TokenInvalidError extends SavepointError {
  readonly code = "token_invalid";
  static {
    this.prototype.name = "TokenInvalidError";
  }
}

/** No workflow of that name is registered where it was looked for. */
export class WorkflowNotFoundError extends SavepointError {
  readonly code = "workflow_not_found";
  static {
    this.prototype.name = "WorkflowNotFoundError";
  }
}

/** A value is larger than can be recorded. */
export class ValueTooLargeError extends SavepointError {
  readonly code = "value_too_large";
  /** Size of the value, bytes. */
  readonly bytes: number;
  /** Largest size allowed, bytes. */
  readonly limit: number;
  static {
    this.prototype.name = "ValueTooLargeError";
  }

  constructor(
    message: string,
    options: SavepointErrorOptions & Pick<ValueTooLargeError, "bytes" | "limit">,
  ) {
    super(message, options);
    this.bytes = options.bytes;
    this.limit = options.limit;
  }
}

/** A value holds something that cannot be recorded: a function, a symbol, a promise, an instance of a class. */
export class ValueNotSerializableError extends SavepointError {
  readonly code = "value_not_serializable";
  /** Where in the value it stands, as in `.user.tags[0]`; empty for the value itself. */
  readonly path: string;
  static {
    this.prototype.name = "ValueNotSerializableError";
  }

  constructor(message: string, options: SavepointErrorOptions & { readonly path: string }) {
    super(message, options);
    this.path = options.path;
  }
}

/** A recorded value cannot be read back: damaged, or written by a later version of this library. */
export class ValueUnreadableError extends SavepointError {
  readonly code = "value_unreadable";
  static {
    this.prototype.name = "ValueUnreadableError";
  }
}

/** One complaint of a schema. */
export interface ValidationIssue {
  /** Where in the value, as in `user.tags[0]`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

/** A value does not fit its schema. */
export class ValidationError extends SavepointError {
  readonly code = "validation";
  readonly issues: readonly ValidationIssue[];
  static {
    this.prototype.name = "ValidationError";
  }

  constructor(
    message: string,
    options: SavepointErrorOptions & { readonly issues: readonly ValidationIssue[] },
  ) {
    super(message, options);
    this.issues = options.issues;
  }
}

/** What was waited for did not come in time. The run itself goes on. */
export class WaitTimeoutError extends SavepointError {
  readonly code = "wait_timeout";
  static {
    this.prototype.name = "WaitTimeoutError";
  }
}

/** A `ctx` was used inside a step, or by another run than its own. */
export class WrongContextError extends SavepointError {
  readonly code = "wrong_context";
  static {
    this.prototype.name = "WrongContextError";
  }
}

/** The workflow awaits something that would be lost with the process. */
export class NotDurableError extends SavepointError {
  readonly code = "not_durable";
  static {
    this.prototype.name = "NotDurableError";
  }
}

/** DynamoDB or SQS did not answer, however often it was asked. */
export class StoreUnavailableError extends SavepointError {
  readonly code = "store_unavailable";
  static {
    this.prototype.name = "StoreUnavailableError";
  }
}
