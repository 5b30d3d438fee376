import type { Members } from "../../faults.ts";
import type { Queues } from "../queues.ts";
import { queueNameFrom } from "../queue-url.ts";
import { type Fields, textField } from "../request-fields.ts";

/** What a call works on. */
interface CallContext {
  readonly queues: Queues;
  readonly region: string;
}

/**
 * Performs a call. An output's `QueueUrl` is a path; whoever knows the host completes it.
 * @throws AwsError as SQS words it
 */
export type Performer = (context: CallContext, input: Members) => Members | Promise<Members>;

/** The queue that a request's `QueueUrl` names. */
export const queueNameOf = (fields: Fields): string => queueNameFrom(textField(fields, "QueueUrl"));
