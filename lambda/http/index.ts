export type { HistoryEntry, RunDescription, RunSummary } from "../client/describe-run.ts";
export type { RunPage } from "../client/list.ts";
export type { ListOptions, RunFilter } from "../core/run-filter.ts";
export type {
  BulkAction,
  BulkActions,
  BulkCancelOptions,
  BulkDeleteOptions,
  BulkFailure,
  BulkForkOptions,
  BulkOptions,
  BulkReport,
  BulkRun,
} from "../core/bulk.ts";
export type { Duration } from "../core/duration.ts";
export {
  CancelledError,
  InvalidArgumentError,
  isSavepointError,
  MailboxFullError,
  NonDeterminismError,
  NoProgressError,
  NotDurableError,
  RetriesExhaustedError,
  RetryAfterError,
  RunConflictError,
  RunNotFoundError,
  RunTimeoutError,
  SavepointError,
  StepInterruptedError,
  StepTimeoutError,
  StepTooLongError,
  StoreUnavailableError,
  TerminalError,
  TokenInvalidError,
  ValidationError,
  ValueNotSerializableError,
  ValueTooLargeError,
  ValueUnreadableError,
  WaitTimeoutError,
  WorkflowNotFoundError,
  WrongContextError,
} from "../core/errors.ts";
export type { RecordedHistory } from "../core/recorded-history.ts";
export type { RunAttributes } from "../core/run-attributes.ts";
export type { RunStatus } from "../core/status.ts";
export { ApiError, ApiReplyError, ApiUnreachableError } from "./api-error.ts";
export type { AsJson, ShownError } from "./as-json.ts";
export {
  connect,
  type ConnectOptions,
  type InputOf,
  type OutputOf,
  type Savepoint,
  type StartOptions,
} from "./connect.ts";
export type { ForkOptions, RunHandle } from "./run-handle.ts";
