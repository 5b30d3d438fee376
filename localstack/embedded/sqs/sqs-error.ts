import { AwsError } from "../aws-error.ts";

/** The queue does not exist. */
export const queueDoesNotExist = (queue: string): AwsError =>
  new AwsError("QueueDoesNotExist", `The specified queue does not exist: ${queue}.`);

/** A parameter's value is refused; worded as SQS words it. */
export const invalidValue = (parameter: string, value: unknown, reason: string): AwsError =>
  new AwsError(
    "InvalidParameterValueException",
    `Value ${JSON.stringify(value)} for parameter ${parameter} is invalid. Reason: ${reason}.`,
  );

/** A parameter that the call needs is absent. */
export const missingParameter = (parameter: string): AwsError =>
  new AwsError(
    "MissingRequiredParameterException",
    `The request must contain the parameter ${parameter}.`,
  );

/** A field that SQS may know and this subset does not. */
export const unknownParameter = (action: string, parameter: string): AwsError =>
  new AwsError(
    "InvalidParameterValueException",
    `Parameter ${parameter} of ${action} is not implemented by the embedded SQS. Leave it out.`,
  );

/** Codes that SQS had before its JSON protocol, which the SDK shows as `Code`. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  InvalidParameterValueException: "InvalidParameterValue",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  MissingRequiredParameterException: "MissingParameter",
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
};

/**
 * An error's code in the protocol before JSON: header `x-amzn-query-error` and a batch entry's
 * `Code` (Smithy, "awsQueryCompatible trait").
 */
export const queryCode = (error: AwsError): string => QUERY_CODES[error.name] ?? error.name;

/** The message was deleted, or received again under another handle. */
export const notAvailable = (handle: string): AwsError =>
  invalidValue(
    "ReceiptHandle",
    handle,
    "Message does not exist or is not available for visibility timeout change",
  );

/** The message's visibility timeout has ended. */
export const notInFlight = (handle: string): AwsError =>
  new AwsError(
    "MessageNotInflight",
    `The message of receipt handle ${handle} is not in flight: its visibility timeout has ended.`,
  );

/** The message would be hidden longer than SQS allows. */
export const hiddenTooLong = (ms: number): AwsError =>
  invalidValue(
    "VisibilityTimeout",
    ms / 1000,
    "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
  );
