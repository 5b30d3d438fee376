import * as errors from "../core/errors.ts";
import type { ErrorCode, KnownError, SavepointError } from "../core/errors.ts";
import type { ApiError } from "./api-error.ts";

/** The class of each code. */
const CLASSES: {
  readonly [Code in ErrorCode]: {
    readonly prototype: Extract<KnownError, { readonly code: Code }>;
  };
} = {
  cancelled: errors.CancelledError,
  invalid_argument: errors.InvalidArgumentError,
  mailbox_full: errors.MailboxFullError,
  no_progress: errors.NoProgressError,
  non_determinism: errors.NonDeterminismError,
  not_durable: errors.NotDurableError,
  retries_exhausted: errors.RetriesExhaustedError,
  retry_after: errors.RetryAfterError,
  run_conflict: errors.RunConflictError,
  run_not_found: errors.RunNotFoundError,
  run_timeout: errors.RunTimeoutError,
  step_interrupted: errors.StepInterruptedError,
  step_timeout: errors.StepTimeoutError,
  step_too_long: errors.StepTooLongError,
  store_unavailable: errors.StoreUnavailableError,
  terminal: errors.TerminalError,
  token_invalid: errors.TokenInvalidError,
  validation: errors.ValidationError,
  value_not_serializable: errors.ValueNotSerializableError,
  value_too_large: errors.ValueTooLargeError,
  value_unreadable: errors.ValueUnreadableError,
  wait_timeout: errors.WaitTimeoutError,
  workflow_not_found: errors.WorkflowNotFoundError,
  wrong_context: errors.WrongContextError,
};

/** How deep errors may stand inside one another: more than is recorded. */
const CHAIN_MAX = 32;
const ON_THE_ERROR_ITSELF = new Set(["name", "message", "stack", "cause", "__proto__"]);

/** What the API refused a request with, as the class that stands for its code. */
export function knownError(error: ApiError): SavepointError {
  const { code, message, details, status } = error;
  if (!isCode(code)) return error;
  const own = { code, ...(isFields(details) && { ...details }), details, status };
  return made(message, own, error) as SavepointError;
}

/**
 * What a run failed with, of what the API shows of it: one of Savepoint's classes by its code, else an Error
 * with its name and properties. What was thrown and is no error stays as it is.
 */
export const shownError = (shown: unknown): unknown => revived(shown, CHAIN_MAX);

function revived(shown: unknown, depth: number): unknown {
  if (!isFields(shown) || depth === 0) return shown;
  const { name, message, stack, cause, errors } = shown;
  if (typeof name !== "string" || typeof message !== "string") return shown;
  const error = made(message, shown, revived(cause, depth - 1));
  if (Array.isArray(errors)) {
    Object.setPrototypeOf(error, AggregateError.prototype);
    Object.assign(error, { errors: errors.map((one) => revived(one, depth - 1)) });
  }
  if (error.name !== name) define(error, "name", name);
  // Where this client has put it together says nothing of where it was thrown.
  define(error, "stack", typeof stack === "string" ? stack : `${name}: ${message}`);
  return error;
}

/** A real error of that class, made without its constructor, whose parameters are not known. */
function made(message: string, own: Readonly<Record<string, unknown>>, cause: unknown): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  const { code } = own;
  const known = isCode(code) ? CLASSES[code].prototype : undefined;
  // An error of somebody else's may have the same code.
  if (known && (own["name"] ?? known.name) === known.name) Object.setPrototypeOf(error, known);
  for (const [key, value] of Object.entries(own)) {
    if (ON_THE_ERROR_ITSELF.has(key) || value === undefined) continue;
    Object.defineProperty(error, key, { value, enumerable: true, writable: true });
  }
  return error;
}

const define = (error: Error, key: string, value: unknown): void =>
  void Object.defineProperty(error, key, { value, writable: true, configurable: true });

const isCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(CLASSES, code);

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
