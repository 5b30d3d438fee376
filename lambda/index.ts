export type { CompleteOptions } from "./client/complete-token.ts";
export { connect, type ConnectOptions } from "./client/connect.ts";
export type { EndOptions, RunControl } from "./client/control-run.ts";
export type { DeleteOptions } from "./client/delete-run.ts";
export type { HistoryEntry, RunDescription, RunSummary } from "./client/describe-run.ts";
export type { ForkOptions } from "./client/fork-run.ts";
export type { RunPage } from "./client/list.ts";
export type { ListOptions, RunFilter } from "./core/run-filter.ts";
export type { RunHandle } from "./client/run-handle.ts";
export type { Savepoint } from "./client/savepoint.ts";
export type { SendOptions } from "./client/send-event.ts";
export type { StartOptions } from "./client/start.ts";
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
} from "./core/bulk.ts";
export type { Clock, EpochMs } from "./core/clock.ts";
export type { Duration } from "./core/duration.ts";
export {
  CancelledError,
  InvalidArgumentError,
  isSavepointError,
  MailboxFullError,
  NoProgressError,
  NonDeterminismError,
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
} from "./core/errors.ts";
export type { Log, LogFields } from "./core/log.ts";
export type {
  HistoryPage,
  RecordedHistory,
  RecordedOperation,
  RecordedRun,
  RecordedValue,
} from "./core/recorded-history.ts";
export type { RetryOptions } from "./core/retry-policy.ts";
export type { RunAttributes } from "./core/run-attributes.ts";
export type { RunStatus } from "./core/status.ts";
export type {
  Branches,
  BranchOptions,
  BranchResults,
  Context,
  Token,
  TolerantBranchOptions,
} from "./engine/context.ts";
export { type Event, event } from "./engine/event.ts";
export type {
  Telemetry,
  TracedAttempt,
  TracedClaim,
  TracedEnd,
  TracedRun,
} from "./engine/telemetry.ts";
export type { ChildOptions } from "./engine/ops/child.ts";
export type { StepBody, StepContext, StepOptions } from "./engine/ops/step-options.ts";
export {
  type Schema,
  type UncheckedWorkflowOptions,
  workflow,
  type Workflow,
  type WorkflowOptions,
} from "./engine/workflow.ts";
export { configOf, defineConfig, type SavepointConfig } from "./functions/config.ts";
export { createApiHandler, createSweeper, createWorker } from "./functions/create.ts";
export { type ReadSecret, secret } from "./functions/secrets.ts";
