import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../../lambda/core/clock.ts";
import { AwsError } from "../aws-error.ts";
import { type AwsJsonHandler, awsJsonHandler } from "../aws-json.ts";
import { type FaultPlan, internalError, type Members, withFaults } from "../faults.ts";
import type { JournalPlace } from "../journal.ts";
import { performers, SQS_CALLS, SQS_SETUP_CALLS } from "./calls/performers.ts";
import type { DeliveryPlan } from "./delivery-plan.ts";
import { Queues } from "./queues.ts";
import { queryCode } from "./sqs-error.ts";

export { SQS_CALLS, SQS_SETUP_CALLS };

/** What the embedded SQS is made with. */
export interface SqsOptions {
  readonly clock?: Clock;
  /** Where messages are kept; without it they end with the process. */
  readonly journal?: JournalPlace | undefined;
  /** What goes wrong with calls. */
  readonly faults?: FaultPlan | undefined;
  /** What goes wrong between a send and its receive. */
  readonly delivery?: DeliveryPlan | undefined;
  /** Region that ARNs name; `us-east-1` by default. */
  readonly region?: string;
  /** Fresh ids of messages and requests; random UUIDs by default. */
  readonly newId?: () => string;
}

/** SQS for one process: the calls in `SQS_CALLS` and `SQS_SETUP_CALLS`, standard queues only. */
export interface Sqs {
  /**
   * Performs a call.
   * @param origin scheme and host that a `QueueUrl` in the answer begins with
   * @throws AwsError as SQS words it; a call that is not implemented is refused by name
   */
  call(action: string, input: Members, origin?: string): Promise<Members>;
  /** The JSON protocol; a `QueueUrl` carries the host on which the service was called. */
  readonly handler: AwsJsonHandler;
  /** The queues themselves, for whoever stands on AWS's side of the calls. */
  readonly queues: Queues;
  /** Answers all waiting receives and closes the journal. */
  readonly close: () => Promise<void>;
}

const PREFIX = "AmazonSQS.";
const DEFAULT_ORIGIN = "http://sqs.localhost";

/** Opens the embedded SQS. */
export function createSqs(options: SqsOptions = {}): Sqs {
  const { clock = systemClock, region = "us-east-1", newId = randomUUID, faults } = options;
  const { journal, delivery } = options;
  const queues = new Queues({ clock, region, newId, journal, delivery });
  const context = { queues, region };

  const perform = withFaults("sqs", faults ?? {}, throttled, async (action, input) => {
    const performer = performers.get(action);
    if (!performer) throw notImplemented(action);
    const failure = queues.failure();
    if (failure) throw internalError(failure.message);
    return { output: await performer(context, input) };
  });

  async function call(action: string, input: Members, origin = DEFAULT_ORIGIN): Promise<Members> {
    const output = await perform(action, input);
    const { QueueUrl } = output;
    return typeof QueueUrl === "string" ? { ...output, QueueUrl: origin + QueueUrl } : output;
  }

  const handlerAt = (origin: string): AwsJsonHandler =>
    awsJsonHandler({
      prefix: PREFIX,
      perform: (action, input) => call(action, input, origin),
      namespace: () => "com.amazonaws.sqs",
      errorHeaders: (error) => ({ "x-amzn-query-error": `${queryCode(error)};${faultOf(error)}` }),
      requestId: newId,
    });
  const handlers = new Map<string, AwsJsonHandler>();

  return {
    call,
    handler(request) {
      const host = String(request.headers["host"] ?? "");
      let handler = handlers.get(host);
      if (!handler) handlers.set(host, (handler = handlerAt(`http://${host}`)));
      return handler(request);
    },
    queues,
    close: () => queues.close(),
  };
}

const faultOf = ({ status }: AwsError): string => (status < 500 ? "Sender" : "Receiver");

/** SQS's own word for throttling (SQS API reference, "RequestThrottled"). */
const throttled = (): AwsError =>
  new AwsError("RequestThrottled", "The request was denied due to request throttling.");

const notImplemented = (action: string): AwsError =>
  new AwsError(
    "UnknownOperationException",
    `${action} is not implemented by the embedded SQS, which has ${[...performers.keys()].join(", ")}.`,
  );
